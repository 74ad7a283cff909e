import { expect, test } from 'vitest';
import { History } from './history';

test('undo and redo go back and forth, and a new step forgets what was undone', () => {
  let history = History.of(0).take(1).take(2);
  expect([history.now, history.canUndo, history.canRedo]).toEqual([2, true, false]);
  history = history.undo();
  expect([history.now, history.canRedo]).toEqual([1, true]);
  history = history.redo();
  expect(history.now).toBe(2);
  history = history.undo().undo().undo();
  expect([history.now, history.canUndo]).toEqual([0, false]);
  history = history.take(7);
  expect([history.now, history.canRedo]).toEqual([7, false]);
  expect(history.steps.map((step) => step.value)).toEqual([0, 7]);
});

test('one pull of a slider is one step, two pulls are two', () => {
  let history = History.of(0);
  for (const value of [1, 2, 3]) history = history.take(value, 'a');
  expect(history.steps.map((step) => step.value)).toEqual([0, 3]);
  history = history.seal();
  for (const value of [4, 5]) history = history.take(value, 'a');
  expect(history.steps.map((step) => step.value)).toEqual([0, 3, 5]);
  history = history.take(6, 'b');
  expect(history.steps.map((step) => step.value)).toEqual([0, 3, 5, 6]);
});

test('after an undo the same slider makes a step of its own', () => {
  let history = History.of(0).take(1, 'a').take(2, 'b').undo();
  history = history.take(9, 'a');
  expect(history.steps.map((step) => step.value)).toEqual([0, 1, 9]);
});

test('any step can be gone back to, and none beyond the ends', () => {
  const history = History.of(0).take(1).take(2).take(3);
  expect(history.go(1).now).toBe(1);
  expect(history.go(1).steps).toHaveLength(4);
  expect(history.go(-1)).toBe(history);
  expect(history.go(4)).toBe(history);
});

test('what need not be undone takes the place of the step', () => {
  const history = History.of(0).take(1).amend(5);
  expect(history.steps.map((step) => step.value)).toEqual([0, 5]);
  expect(history.undo().now).toBe(0);
});

test('it does not grow for ever', () => {
  let history = History.of(0);
  for (let step = 1; step <= History.MOST * 2; step += 1) history = history.take(step);
  expect(history.steps).toHaveLength(History.MOST);
  expect(history.now).toBe(History.MOST * 2);
  expect(history.undo().now).toBe(History.MOST * 2 - 1);
});

test('a step that is taken away leaves nothing to redo', () => {
  const history = History.of(0).take(1, 'a').take(0, 'a').drop();
  expect([history.steps.length, history.now, history.canUndo, history.canRedo]).toEqual([1, 0, false, false]);
  expect(History.of(0).drop().now).toBe(0);
});
