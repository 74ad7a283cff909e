/**
 * What somebody typed, as a day: never guessed.
 *
 * `1.8.2021` is one day in Danish. In English some read `3/4/2021` as April and some as March, so the page asks.
 */

import type { Language } from '../contract';

export type ParsedDay =
  | { is: 'empty' }
  | { is: 'day'; value: string }
  /** Day and month may be meant either way: ask which. */
  | { is: 'either'; first: string; second: string }
  | { is: 'refused' };

const ISO = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const NUMBERS = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/;
const NAMED = /^(\d{1,2})\.?\s+(\p{L}{3,})\.?\s+(\d{4})$/u;
const MONTHS: Record<Language, readonly string[]> = { en: names('en-GB'), da: names('da-DK') };

function names(locale: string): string[] {
  const format = new Intl.DateTimeFormat(locale, { month: 'long', timeZone: 'UTC' });
  return Array.from({ length: 12 }, (_, month) => format.format(Date.UTC(2001, month, 1)).toLowerCase());
}

/** The day that a text means, as `2027-01-31`. */
export function parseDay(typed: string, language: Language): ParsedDay {
  const text = typed.trim();
  if (text === '') return { is: 'empty' };
  const iso = ISO.exec(text);
  if (iso) return told(dayOf(iso[1], iso[2], iso[3]));
  const named = NAMED.exec(text);
  if (named) return told(dayOf(named[3], monthOf(named[2] ?? ''), named[1]));
  const numbers = NUMBERS.exec(text);
  if (!numbers) return { is: 'refused' };
  const first = dayOf(numbers[3], numbers[2], numbers[1]);
  const second = dayOf(numbers[3], numbers[1], numbers[2]);
  if (language === 'en' && first && second && first !== second) return { is: 'either', first, second };
  return told(first);
}

function told(value: string | null): ParsedDay {
  return value === null ? { is: 'refused' } : { is: 'day', value };
}

/** A month by its name or the beginning of it, in either language. */
function monthOf(word: string): string {
  const said = word.toLowerCase();
  for (const months of [MONTHS.en, MONTHS.da]) {
    const found = months.findIndex((month) => month.startsWith(said));
    if (found >= 0) return String(found + 1);
  }
  return '0';
}

function dayOf(year = '', month = '', day = ''): string | null {
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  const at = new Date(Date.UTC(y, m - 1, d));
  const is = at.getUTCFullYear() === y && at.getUTCMonth() === m - 1 && at.getUTCDate() === d;
  return is ? iso8601(at) : null;
}

function iso8601(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** The same day so many months later; the last of the month where there is none. */
export function monthsLater(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate();
  return iso8601(new Date(Date.UTC(year, month - 1 + months, Math.min(date, last))));
}

/** Whole months from one day to another, to the nearest. */
export function monthsBetween(from: string, to: string): number {
  const [y1 = 0, m1 = 1, d1 = 1] = from.split('-').map(Number);
  const [y2 = 0, m2 = 1, d2 = 1] = to.split('-').map(Number);
  return Math.round(12 * (y2 - y1) + m2 - m1 + (d2 - d1) / 31);
}
