/** Numbers as text, as `risksim.report.numbers` writes them: no digit that the simulation error doesn't support. */

import type { Language } from '../contract';
import { texts } from './language';

const MINUS = '−';
const LOCALES: Record<Language, string> = { en: 'en-GB', da: 'da-DK' };
const formats = new Map<string, Intl.NumberFormat>();

function format(language: Language, fewest: number, most: number): Intl.NumberFormat {
  const key = `${language} ${fewest} ${most}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.NumberFormat(LOCALES[language], {
      minimumFractionDigits: fewest,
      maximumFractionDigits: most,
    });
    formats.set(key, found);
  }
  return found;
}

function signed(text: string): string {
  const bare = text.replace(/^[-−]/, '');
  return bare === text ? text : /[1-9]/.test(bare) ? MINUS + bare : bare;
}

/** Decimal place of the first uncertain digit: 2 for 0.03, -4 for 21,000. */
export function uncertainDigit(error: number): number {
  return -Math.floor(Math.log10(error));
}

/** A number rounded to its first uncertain digit, thousands grouped, with a true minus sign. */
export function rounded(value: number, error: number, most: number, language: Language): string {
  if (!Number.isFinite(value)) return '–';
  const places = error > 0 && Number.isFinite(error) ? Math.min(most, uncertainDigit(error)) : most;
  const scale = 10 ** Math.max(-places, 0);
  const shown = places < 0 ? Math.round(value / scale) * scale : value;
  const decimals = Math.min(Math.max(places, 0), 20);
  return signed(format(language, decimals, decimals).format(shown));
}

/** A number with as many decimals as it has, up to six. */
export function plain(value: number, language: Language): string {
  return signed(format(language, 0, 6).format(value));
}

/** A share in per cent, rounded to its first uncertain digit. */
export function percent(share: number, error: number, most: number, language: Language): string {
  return texts(language).percent(rounded(100 * share, 100 * error, most, language));
}

/** A standard error with two digits. */
export function twoDigits(error: number, language: Language): string {
  if (!(error > 0)) return rounded(0, 0, 0, language);
  return rounded(error, 0.1 * error * (1 + 1e-12), 20, language);
}

/** In what money is shown, by its size. */
export interface Unit {
  scale: number;
  /** As it stands behind an amount: `m DKK`, `mio. kr.`. */
  title: string;
}

/** In what amounts are shown: the currency, thousands, millions or thousand millions of it. */
export function unitOf(amounts: Iterable<number>, currency: string, language: Language): Unit {
  const say = texts(language);
  const name = say.currencyName(currency);
  let largest = 0;
  for (const amount of amounts) if (Number.isFinite(amount)) largest = Math.max(largest, Math.abs(amount));
  if (largest >= 2e9) return { scale: 1e9, title: say.unitBillions(name) };
  if (largest >= 1e6) return { scale: 1e6, title: say.unitMillions(name) };
  if (largest >= 1e4) return { scale: 1e3, title: say.unitThousands(name) };
  return { scale: 1, title: say.unitPlain(name) };
}

/** An amount as it stands in a sentence: `DKK −0.5m`, `−0,5 mio. kr.`; thousands are written out. */
export function money(value: number, unit: Unit, currency: string, language: Language): string {
  const say = texts(language);
  const small = value === 0 || unit.scale <= 1e3;
  const number = plain(small ? value : value / unit.scale, language);
  return say.amount(number, small ? 1 : unit.scale, say.currencyName(currency));
}
