import { expect, it } from 'vitest';
import { aroundOf, differenceOf } from './figures';
import { money, percent, rounded, twoDigits, uncertainDigit, unitOf } from './numbers';

it('rounds to the first uncertain digit, as the command line does', () => {
  expect(rounded(-257587.48, 431, 0, 'en')).toBe('−257,600');
  expect(rounded(-257587.48, 431, 0, 'da')).toBe('−257.600');
  expect(rounded(0.31139, 0, 3, 'en')).toBe('0.311');
  expect(percent(0.311386, 0.0005, 2, 'da')).toBe('31,14 %');
  expect(rounded(-0.001, 0, 2, 'en')).toBe('0.00');
  expect(rounded(Number.NaN, 1, 2, 'en')).toBe('–');
  expect([uncertainDigit(0.03), uncertainDigit(21_000)]).toEqual([2, -4]);
});

it('writes an error with two digits', () => {
  expect(twoDigits(431.2, 'en')).toBe('430');
  expect(twoDigits(0.0314, 'da')).toBe('0,031');
});

it('chooses the unit of money by its size', () => {
  const unit = unitOf([-3_200_000, 100], 'DKK', 'da');
  expect(unit.title).toBe('mio. kr.');
  expect(money(-512_345, unit, 'DKK', 'da')).toBe('−0,512345 mio. kr.');
  expect(money(-20_000, unitOf([20_000], 'DKK', 'en'), 'DKK', 'en')).toBe('DKK −20,000');
});

const figure = (text: string, error: number) => ({
  key: '',
  label: '',
  text,
  value: 0,
  standard_error: error,
  hint: '',
});

it('puts an error into the unit of its figure', () => {
  expect(aroundOf(figure('83.4 %', 0.0065), 'en')).toBe('± 0.65\u00a0%');
  expect(aroundOf(figure('DKK 2.77m', 16_238), 'en')).toBe('± 0.016m');
  expect(aroundOf(figure('2,77\u00a0mio.\u00a0kr.', 16_238), 'da')).toBe('± 0,016\u00a0mio.');
  expect(aroundOf(figure('DKK −881,000', 4_197), 'en')).toBe('± 4,200');
  expect(aroundOf(figure('59.3', 0), 'en')).toBe('');
});

it('tells a difference with its sign, to the digit that is sure', () => {
  expect(differenceOf(figure('83.4 %', 0.01), 0.0312, null, 'en', 'points')).toBe('+3.12 points');
  expect(differenceOf(figure('DKK −881,000', 1), -12_345, 400, 'en', 'points')).toBe('−12,300 ± 400');
});
