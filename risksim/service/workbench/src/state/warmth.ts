/** What is said while an answer does not come: the service may still compile, which it does once on a machine. */

/** How long an answer may take before anybody asks why. [ms] */
export const PATIENCE = 1_500;

/** Asks again and again whether the service is warm and tells whether it compiles, until it is stopped. */
export function watchWarmth(
  isWarm: () => Promise<boolean>,
  tell: (compiling: boolean) => void,
  patience = PATIENCE,
): () => void {
  let over = false;
  const look = setInterval(() => {
    void isWarm().then((warm) => {
      if (!over) tell(!warm);
    });
  }, patience);
  return () => {
    over = true;
    clearInterval(look);
    tell(false);
  };
}
