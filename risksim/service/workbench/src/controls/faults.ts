/** Which input is to blame for what the service refuses, and what it says of it. */

import type { FaultFound, Moved, ProblemDetails } from '../contract';

/** How messages call what was moved on the page: `stresses[moved on the page][payments[0].price]`. */
const MOVED = /^stresses\[moved on the page\]/;
const PLACE = /^stresses\[moved on the page\]\[(.+)\]$/;
const WITH = /^(?:with this stress|med denne stresstest), /;

/** A fault as it is told on the page: what was moved there is no stress of the file and stands in no line of it. */
export function onPage(fault: FaultFound): FaultFound {
  if (!MOVED.test(fault.path)) return fault;
  return { ...fault, line: null, column: null, found: fault.found.replace(WITH, '') };
}

/** What is wrong with each moved input; where none is named it is the one that was moved last, or the only one. */
export function faultsOf(problem: ProblemDetails | null, set: Moved, last = ''): Record<string, string> {
  const moved = Object.keys(set);
  if (problem === null || problem.status !== 422 || moved.length === 0) return {};
  const found: Record<string, string[]> = {};
  const blame = (id: string | undefined, said: string): void => {
    const to = [id, last, moved.length === 1 ? moved[0] : ''].find((one) => one && one in set);
    if (to !== undefined && said) (found[to] ??= []).push(said);
  };
  if (problem.faults?.length) {
    for (const { path, found: said, remedy } of problem.faults.map(onPage)) {
      blame(PLACE.exec(path)?.[1], `${said} ${remedy}`.trim());
    }
  } else blame(problem.input ?? undefined, problem.detail);
  return Object.fromEntries(Object.entries(found).map(([id, said]) => [id, [...new Set(said)].join(' ')]));
}
