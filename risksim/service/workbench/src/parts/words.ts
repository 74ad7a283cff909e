/** What went wrong, in words for a reader. */

import { CutOff, Refused } from '../api/client';
import type { ProblemDetails } from '../contract';
import type { Texts } from '../language/en';

export function problemOf(error: unknown, t: Texts): ProblemDetails {
  if (error instanceof Refused) return error.problem;
  const detail = error instanceof CutOff ? t.cutOff : String(error);
  return { type: 'about:blank', title: t.refused, status: 0, detail };
}
