/** Figures of the answer beside their standard errors, and beside those of another variant. */

import type { FigureShown, Language } from '../contract';
import { rounded, twoDigits } from './numbers';

/** By what a raw value is multiplied so that it stands in the unit of its text. */
export function scaleOf(figure: Pick<FigureShown, 'text'>): number {
  const text = figure.text;
  if (/%|\bpct\b/.test(text)) return 100;
  if (/\d\s?(?:bn\b|mia\.)/.test(text)) return 1e-9;
  if (/\d\s?(?:m\b|mio\.)/.test(text)) return 1e-6;
  return 1;
}

/** The unit of a figure behind a number, as its text has it. */
function unitOf(figure: Pick<FigureShown, 'text'>): string {
  if (scaleOf(figure) === 100) return '\u00a0%';
  return /\d(\s?(?:bn|mia\.|m\b|mio\.))/.exec(figure.text)?.[1] ?? '';
}

/** The standard error of a figure in the unit of its text, as `± 0.14 %`; empty where there is none. */
export function aroundOf(figure: FigureShown, language: Language): string {
  const error = figure.standard_error;
  if (error === null || !(error > 0) || /±/.test(figure.text)) return '';
  return `± ${twoDigits(scaleOf(figure) * error, language)}${unitOf(figure)}`;
}

/** A difference in the unit of a figure, with its sign, to the digit that its error supports. */
export function differenceOf(
  figure: FigureShown,
  difference: number,
  error: number | null,
  language: Language,
  points: string,
): string {
  const scale = scaleOf(figure);
  const most = scale === 100 ? 2 : scale === 1 && Math.abs(difference) >= 100 ? 0 : 3;
  const shown = rounded(scale * difference, scale * (error ?? 0), most, language);
  const plus = difference > 0 && !/^0([.,]0+)?$/.test(shown) ? '+' : '';
  const unit = scale === 100 ? ` ${points}` : '';
  const sure = error !== null && error > 0 ? ` ± ${twoDigits(scale * error, language)}` : '';
  return `${plus}${shown}${sure}${unit}`;
}
