import { describe, expect, test } from 'vitest';
import { inField, inWords } from '../language/values';
import { parse, shifted, type Parsed } from './numbers';

const number = (value: number): Parsed => ({ is: 'number', value });
const either = (whole: number, fraction: number): Parsed => ({ is: 'either', whole, fraction });
const wrong = (write: string): Parsed => ({ is: 'refused', remedy: { why: 'wrong-separator', write } });
const badly = (write: string): Parsed => ({ is: 'refused', remedy: { why: 'bad-grouping', write } });
const none: Parsed = { is: 'refused', remedy: { why: 'not-a-number' } };

describe('Danish', () => {
  test.each<[string, Parsed]>([
    ['0', number(0)],
    ['1500', number(1500)],
    ['1500000', number(1500000)],
    ['1,5', number(1.5)],
    ['0,125', number(0.125)],
    ['1,500', number(1.5)],
    ['1234,5678', number(1234.5678)],
    [',5', number(0.5)],
    ['1.234.567', number(1234567)],
    ['1.234.567,89', number(1234567.89)],
    ['1.500,00', number(1500)],
    ['58.333,34', number(58333.34)],
    ['1 500 000', number(1500000)],
    ['1\u00a0500', number(1500)],
    ['1 500,5', number(1500.5)],
    ['-12,5', number(-12.5)],
    ['\u221212,5', number(-12.5)],
    ['- 3', number(-3)],
    ['  7  ', number(7)],
    ['1.500', either(1500, 1.5)],
    ['20.000', either(20000, 20)],
    ['-1.500', either(-1500, -1.5)],
    ['1.5', wrong('1,5')],
    ['12.75', wrong('12,75')],
    ['0.75', wrong('0,75')],
    ['0.500', wrong('0,500')],
    ['1234.567', wrong('1234,567')],
    ['1,234.5', wrong('1234,5')],
    ['1,234,567.89', wrong('1234567,89')],
    ['1,234,567', badly('1234,567')],
    ['1.23.456', badly('123456')],
    ['1.2345,6', badly('12345,6')],
    ['12.34,5', badly('1234,5')],
    ['01.234.567', badly('01234567')],
    ['1..500', badly('1500')],
    ['1.', badly('1')],
    ['5,', badly('5')],
    ['', { is: 'empty' }],
    ['   ', { is: 'empty' }],
    ['-', none],
    ['abc', none],
    ['1e5', none],
    ['1/2', none],
    ['½', none],
    ['Infinity', none],
    ['NaN', none],
    ['0x10', none],
    ['1 50', none],
    ['1 5000', none],
    ['--1', none],
    ['1-2', none],
    ['٣', none],
    ['.', none],
    ['9'.repeat(31), none],
  ])('%j', (typed, expected) => {
    expect(parse(typed, 'da')).toEqual(expected);
  });
});

describe('English', () => {
  test.each<[string, Parsed]>([
    ['1500', number(1500)],
    ['1.5', number(1.5)],
    ['0.125', number(0.125)],
    ['1.500', number(1.5)],
    ['.5', number(0.5)],
    ['1,234,567', number(1234567)],
    ['1,234,567.89', number(1234567.89)],
    ['1,500.00', number(1500)],
    ['1 500.5', number(1500.5)],
    ['-12.5', number(-12.5)],
    ['1,500', either(1500, 1.5)],
    ['20,000', either(20000, 20)],
    ['1,5', wrong('1.5')],
    ['0,75', wrong('0.75')],
    ['0,500', wrong('0.500')],
    ['1.234,5', wrong('1234.5')],
    ['1.234.567,89', wrong('1234567.89')],
    ['1,23,456', badly('123456')],
    ['abc', none],
  ])('%j', (typed, expected) => {
    expect(parse(typed, 'en')).toEqual(expected);
  });
});

describe('units behind a number', () => {
  test.each<[string, string[], Parsed]>([
    ['75 %', ['%', 'pct.'], number(75)],
    ['75 pct.', ['%', 'pct.', 'pct'], number(75)],
    ['1.234.567 kr.', ['DKK', 'kr.', 'kr'], number(1234567)],
    ['1500 dkk', ['DKK', 'kr.'], number(1500)],
    ['36 måneder', ['måneder'], number(36)],
    ['36 kr.', ['%'], none],
    ['1.500 kr.', ['kr.'], either(1500, 1.5)],
  ])('%j', (typed, units, expected) => {
    expect(parse(typed, 'da', units)).toEqual(expected);
  });
});

test('no text that holds one separator is read as ten or a thousand times what the other language means', () => {
  for (let whole = 0; whole < 120; whole += 7) {
    for (const fraction of ['5', '25', '05', '125', '1234']) {
      const danish = parse(`${whole}.${fraction}`, 'da');
      const english = parse(`${whole},${fraction}`, 'en');
      expect(danish.is).not.toBe('number');
      expect(english.is).not.toBe('number');
    }
  }
});

test('what is shown is read back as it was', () => {
  for (const language of ['da', 'en'] as const) {
    for (const value of [0, 0.5, 7, 120, 999, 12.75, 1234567, 1234567.89, -3.25, 0.0125]) {
      const shown = inField(value, 'number', language);
      const read = parse(shown, language);
      expect(read, shown).toEqual(number(value));
    }
  }
});

test('a decimal point moves without a rounding error', () => {
  expect(shifted(62.3, -2)).toBe(0.623);
  expect(shifted(0.07, 2)).toBe(7);
  expect(shifted(0.29, 2)).toBe(29);
  expect(shifted(1e-7, 2)).toBe(1e-5);
  expect(shifted(-12.5, -2)).toBe(-0.125);
});

test('values in words', () => {
  expect(inWords(0.75, 'share', 'DKK', 'da')).toBe('75\u00a0%');
  expect(inWords(0.9356071967692933, 'share', 'DKK', 'da')).toBe('93,56\u00a0%');
  expect(inWords(1500000, 'money', 'DKK', 'da')).toBe('1.500.000\u00a0kr.');
  expect(inWords(58333.34, 'money', 'DKK', 'da')).toBe('58.333,34\u00a0kr.');
  expect(inWords(1, 'months', 'DKK', 'da')).toBe('1 måned');
  expect(inWords(36, 'months', 'DKK', 'en')).toBe('36 months');
  expect(inWords('2021-08-01', 'date', 'DKK', 'da')).toBe('1. august 2021');
});
