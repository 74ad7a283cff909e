/** Whose turn it is to draw: the chart that moves with a slider goes first, the others a frame later, unseen ones last. */

/** How long a page that shows no frames waits, as one in another tab. [ms] */
const LONGEST = 100;

/** Waits until the next frame is on its way to the screen. */
export function painted(): Promise<void> {
  return new Promise((done) => {
    const late = setTimeout(done, LONGEST);
    requestAnimationFrame(() => {
      setTimeout(() => {
        clearTimeout(late);
        done();
      });
    });
  });
}

/** How long nothing new must come before a chart is drawn that nobody sees. [ms] */
export const REST = 250;
const GLANCE = 50;

/** Waits until a chart comes into sight, or until nothing new was asked of it for a while. */
export async function seenOrRested(isSeen: () => boolean, asked: () => number): Promise<void> {
  let last = asked();
  for (let rested = 0; rested < REST && !isSeen(); rested += GLANCE) {
    await new Promise((done) => setTimeout(done, GLANCE));
    if (asked() === last) continue;
    last = asked();
    rested = -GLANCE;
  }
}
