/** Marks of numbers and names of months in charts; numbers as `risksim.report.figures.drawing` has them. */

import type { Language } from '../contract';

export interface Locale {
  number: Record<string, unknown>;
  time: Record<string, unknown>;
}

function time(language: string, patterns: Record<string, string>): Record<string, unknown> {
  const named = (options: Intl.DateTimeFormatOptions, dates: Date[]): string[] => {
    const format = new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' });
    return dates.map((date) => format.format(date));
  };
  const days = Array.from({ length: 7 }, (_none, place) => new Date(Date.UTC(2023, 0, 1 + place))); // a Sunday
  const months = Array.from({ length: 12 }, (_none, place) => new Date(Date.UTC(2023, place, 1)));
  return {
    ...patterns,
    days: named({ weekday: 'long' }, days),
    shortDays: named({ weekday: 'short' }, days),
    months: named({ month: 'long' }, months),
    shortMonths: named({ month: 'short' }, months),
  };
}

export const LOCALES: Record<Language, Locale> = {
  en: {
    number: { decimal: '.', thousands: ',', grouping: [3], currency: ['DKK ', ''], minus: '−' },
    time: time('en-GB', {
      dateTime: '%-d %B %Y %H:%M',
      date: '%Y-%m-%d',
      time: '%H:%M',
      periods: ['AM', 'PM'] as unknown as string,
    }),
  },
  da: {
    number: {
      decimal: ',',
      thousands: '.',
      grouping: [3],
      currency: ['', ' kr.'],
      percent: '\u00a0%',
      minus: '−',
    },
    time: time('da-DK', {
      dateTime: '%-d. %B %Y %H.%M',
      date: '%Y-%m-%d',
      time: '%H.%M',
      periods: ['', ''] as unknown as string,
    }),
  },
};
