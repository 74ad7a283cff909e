/**
 * What somebody typed, as a number: never guessed.
 *
 * A thousands separator in the wrong place is how 1,5 becomes 15. So grouping is checked before the text is parsed, and
 * where a reader may mean either, the page asks.
 */

import { NumberParser } from '@internationalized/number';
import type { Language } from '../contract';

export type Remedy =
  | { why: 'not-a-number' }
  /** The other language's separator: `write` is how this language writes what was probably meant. */
  | { why: 'wrong-separator'; write: string }
  | { why: 'bad-grouping'; write: string };

export type Parsed =
  | { is: 'empty' }
  | { is: 'number'; value: number }
  /** Either a whole number with thousands or a fraction: ask which. */
  | { is: 'either'; whole: number; fraction: number }
  | { is: 'refused'; remedy: Remedy };

interface Marks {
  locale: string;
  group: string;
  decimal: string;
}

export const MARKS: Record<Language, Marks> = {
  da: { locale: 'da-DK', group: '.', decimal: ',' },
  en: { locale: 'en-GB', group: ',', decimal: '.' },
};
const MINUS = /^[-\u2212\u2013]/;
const SPACES = /[\s\u00a0\u2007\u2009\u202f]/g;
const SPACED = /^\d{1,3}(?:[\s\u00a0\u2007\u2009\u202f]\d{3})+(?=$|[.,])/;
const LONGEST = 30;
const parsers: Record<Language, NumberParser> = {
  da: new NumberParser(MARKS.da.locale, { maximumFractionDigits: 20 }),
  en: new NumberParser(MARKS.en.locale, { maximumFractionDigits: 20 }),
};

/** What a typed text means; `units` are words that may stand behind the number, as `%` or `kr.`. */
export function parse(typed: string, language: Language, units: readonly string[] = []): Parsed {
  const { sign, digits } = bare(typed, units);
  if (digits === '') return sign ? refused({ why: 'not-a-number' }) : { is: 'empty' };
  if (digits.length > LONGEST || !/^[\d.,]*\d[\d.,]*$/.test(digits)) return refused({ why: 'not-a-number' });
  const { group, decimal } = MARKS[language];
  const [whole = '', ...fractions] = digits.split(decimal);
  const groups = whole.split(group);
  if (fractions.length > 1) return swapped(digits, language);
  const fraction = fractions[0];
  if (fraction?.includes(group)) return swapped(digits, language);
  if (fraction === '' || groups.includes('')) {
    return groups.length === 1 && fraction
      ? number(`0${decimal}${fraction}`, sign, language)
      : badly(digits, language);
  }
  if (groups.length === 1) return number(digits, sign, language);
  return grouped(groups, fraction, sign, language);
}

function grouped(groups: string[], fraction: string | undefined, sign: string, language: Language): Parsed {
  const { decimal } = MARKS[language];
  const [first = '', ...rest] = groups;
  const asFraction = fraction === undefined && rest.length === 1;
  const wellGrouped = /^[1-9]\d{0,2}$/.test(first) && rest.every((part) => part.length === 3);
  if (!wellGrouped) {
    if (asFraction) return refused({ why: 'wrong-separator', write: `${first}${decimal}${rest[0]}` });
    return badly(groups.join('') + (fraction === undefined ? '' : decimal + fraction), language);
  }
  if (asFraction) {
    const value = Number(`${sign}${first}${rest[0]}`);
    return { is: 'either', whole: value, fraction: Number(`${sign}${first}.${rest[0]}`) };
  }
  return number(groups.join('') + (fraction === undefined ? '' : decimal + fraction), sign, language);
}

/** A text without its unit, its sign and spaces between thousands. */
function bare(typed: string, units: readonly string[]): { sign: string; digits: string } {
  let text = typed.trim();
  for (const unit of [...units].sort((one, other) => other.length - one.length)) {
    if (unit && text.toLowerCase().endsWith(unit.toLowerCase())) {
      text = text.slice(0, text.length - unit.length).trim();
      break;
    }
  }
  const sign = MINUS.test(text) ? '-' : '';
  text = text.replace(MINUS, '').trim();
  if (SPACED.test(text)) text = text.replace(SPACES, '');
  return { sign, digits: text };
}

function number(digits: string, sign: string, language: Language): Parsed {
  const value = parsers[language].parse(sign + digits);
  return Number.isFinite(value) ? { is: 'number', value } : refused({ why: 'not-a-number' });
}

/** `1,234.5` in Danish: how Danish writes it. */
function swapped(digits: string, language: Language): Parsed {
  const { group, decimal } = MARKS[language];
  const theirs = digits.split(group);
  const plain = theirs.length === 2 && (theirs[0] ?? '').split(decimal).every((part) => /^\d+$/.test(part));
  if (!plain) return badly(digits, language);
  const whole = (theirs[0] ?? '').split(decimal).join('');
  return refused({ why: 'wrong-separator', write: `${whole}${decimal}${theirs[1] ?? ''}` });
}

function badly(digits: string, language: Language): Parsed {
  const { decimal } = MARKS[language];
  const at = digits.lastIndexOf(decimal);
  const whole = (at < 0 ? digits : digits.slice(0, at)).replace(/\D/g, '');
  const fraction = at < 0 ? '' : digits.slice(at + 1).replace(/\D/g, '');
  return refused({ why: 'bad-grouping', write: whole + (fraction && decimal + fraction) });
}

function refused(remedy: Remedy): Parsed {
  return { is: 'refused', remedy };
}

/** A number with its decimal point moved, to the nearest number there is: 62.3 percent is 0.623 and not 0.6229999. */
export function shifted(value: number, places: number): number {
  const [digits = '0', exponent = '0'] = String(value).split('e');
  return Number(`${digits}e${Number(exponent) + places}`);
}
