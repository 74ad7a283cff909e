import { describe, expect, it } from 'vitest';
import { monthsBetween, monthsLater, parseDay } from './dates';

const day = (value: string) => ({ is: 'day', value });

describe('parseDay', () => {
  it.each([
    ['2027-01-31', '2027-01-31'],
    ['31.1.2027', '2027-01-31'],
    ['31-01-2027', '2027-01-31'],
    ['03/04/2027', '2027-04-03'],
    ['31. januar 2027', '2027-01-31'],
    ['1. maj 2027', '2027-05-01'],
    ['1 aug. 2027', '2027-08-01'],
  ])('reads %s in Danish', (typed, value) => expect(parseDay(typed, 'da')).toEqual(day(value)));

  it.each([
    ['31 January 2027', '2027-01-31'],
    ['31/1/2027', '2027-01-31'],
    ['4/4/2027', '2027-04-04'],
    ['1 okt 2027', '2027-10-01'],
  ])('reads %s in English', (typed, value) => expect(parseDay(typed, 'en')).toEqual(day(value)));

  it('asks where English readers may mean two days', () => {
    expect(parseDay('3/4/2027', 'en')).toEqual({ is: 'either', first: '2027-04-03', second: '2027-03-04' });
  });

  it.each(['31.2.2027', '1.13.2027', '31 Foo 2027', '2027', '1.1.27', 'soon', '2027-02-29'])(
    'refuses %s',
    (typed) => expect(parseDay(typed, 'da')).toEqual({ is: 'refused' }),
  );

  it('has nothing to say of nothing', () => expect(parseDay('  ', 'da')).toEqual({ is: 'empty' }));
});

describe('months', () => {
  it.each([
    ['2027-01-31', 1, '2027-02-28'],
    ['2027-03-31', -1, '2027-02-28'],
    ['2027-11-15', 2, '2028-01-15'],
    ['2027-01-01', -13, '2025-12-01'],
  ])('%s and %i months is %s', (from, months, to) => {
    expect(monthsLater(from, months)).toBe(to);
    expect(monthsBetween(from, to)).toBe(months);
  });
});
