import { expect, it } from 'vitest';
import type { TableShown } from '../contract';
import { csvOf, fileName } from './csv';

const table: TableShown = {
  name: 'three-lines',
  caption: '',
  head: ['', 'mean, DKK', 'said "so"'],
  rows: [
    [
      { text: 'luck only', value: null },
      { text: '−1.234,5', value: -1234.5 },
      { text: '=1+1', value: null },
    ],
    [
      { text: 'two\nlines', value: null },
      { text: '–', value: null },
      { text: '−5', value: null },
    ],
  ],
  notes: [],
  emphasised: [],
};

it('writes raw numbers, quotes what must be quoted and disarms formulas', () => {
  expect(csvOf(table)).toBe(
    '\uFEFF,"mean, DKK","said ""so"""\r\nluck only,-1234.5,\'=1+1\r\n"two\nlines",–,−5\r\n',
  );
});

it('names files in plain letters', () => {
  expect(fileName('TUBA Brøndby', 'three-lines')).toBe('tuba-broendby-three-lines.csv');
  expect(fileName('../..', '')).toBe('table.csv');
});
