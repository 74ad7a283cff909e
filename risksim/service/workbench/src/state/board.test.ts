import { expect, test } from 'vitest';
import * as boards from './board';

const start = boards.FIRST;

test('an input that is moved back to where the file has it counts as not moved', () => {
  const there = boards.moved(start, 'A', 'rate', 0.6, 0.75);
  expect(boards.active(there).set).toEqual({ rate: 0.6 });
  const back = boards.moved(there, 'A', 'rate', 0.75, 0.75);
  expect(boards.active(back).set).toEqual({});
  expect(boards.active(start).set).toEqual({});
});

test('variants: four at most, letters are used again, the last one stays', () => {
  let board = boards.moved(start, 'A', 'rate', 0.6, 0.75);
  board = boards.added(board, boards.active(board));
  board = boards.added(boards.added(board));
  expect(board.variants.map((one) => one.id)).toEqual(['A', 'B', 'C', 'D']);
  expect(board.variants[1]?.set).toEqual({ rate: 0.6 });
  expect(boards.added(board)).toBe(board);
  board = boards.removed(board, 'B');
  expect(board.active).toBe('D');
  expect(boards.added(board).active).toBe('B');
  board = boards.removed(boards.removed(boards.removed(board, 'D'), 'C'), 'A');
  expect(board.variants.map((one) => one.id)).toEqual(['A']);
});

test('a copy does not follow what it was copied from', () => {
  let board = boards.added(boards.moved(start, 'A', 'rate', 0.6, 0.75), boards.active(start));
  board = boards.moved(board, 'B', 'rate', 0.5, 0.75);
  expect(board.variants.map((one) => one.set)).toEqual([{ rate: 0.6 }, { rate: 0.5 }]);
});

test('what changed is told with both values', () => {
  const there = boards.moved({ ...start, seed: 2 }, 'A', 'rate', 0.6, 0.75);
  expect(boards.changes(start, there)).toEqual([
    { what: 'input', variant: 'A', input: 'rate', from: null, to: 0.6 },
    { what: 'seed', from: 1, to: 2 },
  ]);
  expect(boards.changes(there, boards.resetAll(there, 'A'))).toEqual([
    { what: 'input', variant: 'A', input: 'rate', from: 0.6, to: null },
  ]);
  expect(boards.changes(start, boards.chosen(boards.added(start), 'A'))).toEqual([
    { what: 'added', variant: 'B' },
  ]);
  expect(boards.changes(boards.added(start), start)).toEqual([{ what: 'removed', variant: 'B' }]);
  expect(boards.changes(start, boards.renamed(start, 'A', 'Low'))).toEqual([
    { what: 'renamed', from: 'A', to: 'Low' },
  ]);
});

test('inputs that another deal does not have are left out and named', () => {
  const board = boards.moved(boards.moved(start, 'A', 'rate', 0.6, 0.75), 'A', 'gone', 1, 2);
  const { board: left, dropped } = boards.only(board, ['rate']);
  expect(dropped).toEqual(['gone']);
  expect(boards.active(left).set).toEqual({ rate: 0.6 });
});

test('variants that stand beside each other are never called the same', () => {
  const board = boards.renamed(boards.renamed(boards.added(start), 'A', 'Low'), 'B', 'Low');
  const names = boards.called(boards.added(board).variants, (letter) => `Variant ${letter}`);
  expect(names.map((one) => one.name)).toEqual(['Low', 'Low (B)', 'Variant C']);
});
