/** How likely the investors end below a bound: counted in `Ends`, with nothing fitted in between. */

import type { Ends, Language, LiveAnswer } from '../contract';
import { texts } from './language';
import { money, percent, rounded, twoDigits, type Unit } from './numbers';

/** Ends with their weights summed up, so that a bound is found by halving. */
export interface Summed {
  values: readonly number[];
  /** Weight of everything before a place; one longer than the values. */
  before: Float64Array;
  /** What the heaviest ends that were joined weigh together; nought where none were. */
  joined: number;
}

export function summed(ends: Ends): Summed {
  const before = new Float64Array(ends.weights.length + 1);
  let sum = 0;
  let lost = 0; // what rounding took, so that ten thousand weights still sum to 1
  ends.weights.forEach((weight, place) => {
    const more = weight - lost;
    const next = sum + more;
    lost = next - sum - more;
    sum = next;
    before[place + 1] = sum;
  });
  return { values: ends.values, before, joined: ends.joined };
}

/** The first end that is not below a bound. */
function placeOf(ends: Summed, bound: number): number {
  let low = 0;
  let high = ends.values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends.values[middle] ?? Infinity) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The probability of ending strictly below a bound. */
export function below(ends: Summed, bound: number): number {
  const all = ends.before[ends.values.length] ?? 0;
  return all > 0 ? Math.min(1, Math.max(0, (ends.before[placeOf(ends, bound)] ?? 0) / all)) : 0;
}

/**
 * The standard error of such a probability.
 *
 * Each weight of `Ends` is a share of all paths, of which each counts alike; values that several paths share are
 * merged. So the sum of squared weights would count merged paths as one, and the number of paths is what errs:
 * sqrt(p (1 - p) / paths), the error of futures drawn each on its own. Evenly spread points err less, mostly.
 * Where nothing was drawn (the exact engine) it is nought.
 */
export function errorOf(share: number, paths: number, engine: string): number {
  if (engine.startsWith('exact') || !(paths > 0)) return 0;
  return Math.sqrt((share * (1 - share)) / paths);
}

/** What may still be the probability of what was never seen, nineteen times of twenty: 3 in the number of paths. */
export function neverSeen(paths: number): number {
  return Math.min(1, 3 / paths);
}

/** The probability of ending below a bound, and how sure it is. */
export interface Reading {
  share: number;
  error: number;
  /** By how much it may be off besides, because ends were joined in groups; nought where no group is cut. */
  coarse: number;
}

export function read(
  ends: Summed,
  bound: number,
  at: number,
  answer: Pick<LiveAnswer, 'paths' | 'engine'>,
): Reading {
  const share = below(ends, bound);
  return {
    share,
    error: errorOf(share, answer.paths, answer.engine),
    coarse: bound === at ? 0 : coarse(ends, bound),
  };
}

/** Ends that were joined on both sides of a bound may reach over it; nobody ends beyond the first and the last. */
function coarse(ends: Summed, bound: number): number {
  const place = placeOf(ends, bound);
  if (place === 0 || place === ends.values.length) return 0;
  const weight = (at: number): number => (ends.before[at + 1] ?? 0) - (ends.before[at] ?? 0);
  return Math.min(Math.max(weight(place - 1), weight(place)), ends.joined);
}

/** The sentence under the histogram. */
export function sentence(
  found: Reading,
  bound: number,
  answer: Pick<LiveAnswer, 'paths' | 'engine' | 'currency'>,
  unit: Unit,
  language: Language,
): string {
  const say = texts(language);
  const { share, error } = found;
  const at = money(bound, unit, answer.currency, language);
  if (share <= 0 || share >= 1) return never(found, at, answer, language);
  if (share < 0.01 || share > 0.99) {
    const told = percent(share, Math.max(error, found.coarse) || 1e-4, 4, language);
    const sure = error > 0 ? `${told} ± ${say.percent(twoDigits(100 * error, language))}` : told;
    return share < 0.01 ? say.belowFew(at, sure) : say.belowMany(at, sure);
  }
  const count = rounded(100 * share, 0, 0, language);
  const around = error > 0 ? ` (± ${oneDigit(100 * error, language)})` : '';
  return bound === 0 ? say.lossSentence(count, around) : say.belowSentence(count, at, around);
}

/** Where no future or every future ends below the bound. */
function never(
  found: Reading,
  at: string,
  answer: Pick<LiveAnswer, 'paths' | 'engine'>,
  language: Language,
): string {
  const say = texts(language);
  const drawn = !answer.engine.startsWith('exact');
  const most = Math.min(1, (drawn ? neverSeen(answer.paths) : 0) + found.coarse);
  const rare = percent(most, most, 6, language);
  const sure = percent(1 - most, most, 6, language);
  const futures = rounded(answer.paths, 0, 0, language);
  if (found.share <= 0) {
    if (found.coarse > 0) return say.belowFew(at, say.atMost(rare));
    return drawn ? say.belowNever(at, futures, rare) : say.belowNeverAtAll(at);
  }
  if (found.coarse > 0) return say.belowMany(at, say.atLeast(sure));
  return drawn ? say.belowAlways(at, futures, sure) : say.belowAlwaysAtAll(at);
}

/** What stands small under the sentence: the share to its last sure digit, and what its error is. */
export function precision(found: Reading, answer: Pick<LiveAnswer, 'engine'>, language: Language): string {
  const say = texts(language);
  const { share, error, coarse } = found;
  const exact = answer.engine.startsWith('exact');
  if (!exact && !(error > 0)) return '';
  const told = percent(share, Math.max(error, coarse), exact ? 4 : 2, language);
  const around = say.percent(twoDigits(100 * error, language));
  const drawn = answer.engine === 'individual' ? say.belowDrawn(told, around) : say.belowError(told, around);
  const parts = [exact ? say.belowExact(told) : drawn];
  if (coarse > 0 && coarse > 0.2 * error) parts.push(say.belowCoarse(percent(coarse, coarse, 4, language)));
  return parts.join(' ');
}

function oneDigit(error: number, language: Language): string {
  return rounded(error, error, 20, language);
}
