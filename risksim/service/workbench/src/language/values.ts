/** Numbers as readers read them, in their language and with their unit. */

import type { Kind, Language } from '../contract';
import { MARKS, shifted } from '../controls/numbers';
import { da } from './da';
import { en } from './en';

const NARROW = '\u00a0';
const made = new Map<string, Intl.NumberFormat>();

function formatter(language: Language, most: number, currency?: string): Intl.NumberFormat {
  const key = `${language} ${most} ${currency ?? ''}`;
  let found = made.get(key);
  if (!found) {
    const kind: Intl.NumberFormatOptions = currency
      ? { style: 'currency', currency, minimumFractionDigits: 0 }
      : {};
    found = new Intl.NumberFormat(MARKS[language].locale, { ...kind, maximumFractionDigits: most });
    made.set(key, found);
  }
  return found;
}

/** A plain number with grouping and up to ten decimals. */
export function plain(value: number, language: Language): string {
  return formatter(language, 10).format(value).replace('-', '\u2212');
}

/** What stands in a field: shares as percent, everything without its unit. A mean that nobody typed is rounded. */
export function inField(value: number, kind: Kind, language: Language): string {
  return plain(short(kind === 'share' ? shifted(value, 2) : value), language);
}

const MOST_DECIMALS = 4;

/** A number with its decimals where there are few of them, else rounded to two, or to three figures if it is small. */
function short(value: number): number {
  const decimals = /\.(\d+)$/.exec(String(value))?.[1]?.length ?? 0;
  if (decimals <= MOST_DECIMALS) return value;
  return Math.abs(value) >= 0.1 ? Number(value.toFixed(2)) : Number(value.toPrecision(3));
}

/** A value with its unit, for people. */
export function inWords(value: number | string, kind: Kind, currency: string, language: Language): string {
  if (typeof value === 'string') return kind === 'date' ? date(value, language) : value;
  switch (kind) {
    case 'share':
      return `${plain(short(shifted(value, 2)), language)}${NARROW}%`;
    case 'money':
      return money(value, currency, language);
    case 'months':
      return (language === 'da' ? da : en).months(plain(short(value), language), Math.abs(value) === 1);
    default:
      return plain(short(value), language);
  }
}

function money(value: number, currency: string, language: Language): string {
  try {
    return formatter(language, Number.isInteger(value) ? 0 : 2, currency).format(value);
  } catch {
    return `${plain(value, language)} ${currency}`;
  }
}

/** The unit that stands behind a field. */
export function unitOf(kind: Kind, currency: string, language: Language): string {
  const t = language === 'da' ? da : en;
  if (kind === 'share') return t.unitPercent;
  if (kind === 'months') return t.unitMonths;
  if (kind === 'money') return currency === 'DKK' && language === 'da' ? 'kr.' : currency;
  return '';
}

/** Words that a reader may write behind a number. */
export function unitsRead(kind: Kind, currency: string): string[] {
  if (kind === 'share') return ['%', 'pct.', 'pct', 'procent', 'percent', 'per cent'];
  if (kind === 'months') return ['måneder', 'måned', 'mdr.', 'mdr', 'md.', 'months', 'month'];
  if (kind === 'money') return [currency, 'kr.', 'kr', 'kroner'];
  return [];
}

function date(iso: string, language: Language): string {
  const day = new Date(`${iso}T00:00:00Z`);
  if (Number.isNaN(day.getTime())) return iso;
  return new Intl.DateTimeFormat(MARKS[language].locale, { dateStyle: 'long', timeZone: 'UTC' }).format(day);
}
