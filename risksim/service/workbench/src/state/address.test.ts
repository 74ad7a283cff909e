import { expect, test } from 'vitest';
import { read, written, type Addressed } from './address';
import { FIRST } from './board';

const plain: Addressed = { board: FIRST, bound: null, run: null };

test('nothing moved says nothing', () => {
  expect(written(plain)).toBe('');
  expect(read('')).toEqual(plain);
});

test('what is written is read back', () => {
  const said: Addressed = {
    board: {
      variants: [
        { id: 'A', name: 'A', set: { 'cohorts[0].participants': 100, start: '2027-01-01' } },
        { id: 'C', name: 'C', set: {} },
        { id: 'B', name: 'B', set: { 'outcomes.a & b=c#d.rate': -0.5, 'x:y': 1e-9 } },
      ],
      active: 'B',
      seed: 20261121,
      paths: 50_000,
    },
    bound: -250000.5,
    run: '0123456789abcdef01234567',
  };
  expect(read(`#${written(said)}`)).toEqual(said);
});

test('it stays readable', () => {
  const board = {
    ...FIRST,
    seed: 2,
    variants: [{ id: 'A', name: 'A', set: { 'cohorts[0].participants': 100 } }],
  };
  expect(written({ ...plain, board })).toBe('set=cohorts[0].participants:100&seed=2');
});

test('names that somebody typed stay out of it', () => {
  const board = { ...FIRST, variants: [{ id: 'A', name: 'Secret plan', set: { x: 1 } }] };
  expect(written({ ...plain, board })).not.toContain('ecret');
});

test('a first variant that is not A keeps its letter', () => {
  const board = { ...FIRST, variants: [{ id: 'B', name: 'B', set: { x: 1 } }], active: 'B' };
  expect(read(written({ ...plain, board })).board).toEqual(board);
});

test.each([
  'set=x',
  'set=:5',
  'set=x:five',
  'set=x:Infinity',
  'set=x:1e999',
  'set=x:<script>',
  'seed=-1',
  'seed=1.5',
  'seed=9007199254740993',
  'paths=10',
  'paths=1000000',
  'bound=low',
  'run=../../secret',
  'active=Z',
  'first=Z',
  'variant=Z&variant=A',
  '%%%',
  'main',
])('%j is left out', (hash) => {
  expect(read(hash)).toEqual(plain);
});

test('no more than four variants and a hundred inputs are taken', () => {
  const many = Array.from({ length: 300 }, (_, place) => `set=x${place}:1`).join('&');
  const { board } = read(`${many}&variant=B&variant=C&variant=D&variant=E`);
  expect(board.variants).toHaveLength(4);
  expect(Object.keys(board.variants[0]?.set ?? {})).toHaveLength(100);
});
