import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isWarm } from '../api/service';
import { PATIENCE, watchWarmth } from './warmth';

const said: boolean[] = [];
const tell = (compiling: boolean): unknown => said.push(compiling);

beforeEach(() => {
  vi.useFakeTimers();
  said.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('an answer that comes soon needs no word', async () => {
  const ready = vi.fn(() => Promise.resolve(false));
  const stop = watchWarmth(ready, tell);
  await vi.advanceTimersByTimeAsync(PATIENCE - 1);
  stop();
  await vi.advanceTimersByTimeAsync(PATIENCE * 3);
  expect(ready).not.toHaveBeenCalled();
  expect(said).toEqual([false]);
});

test('a service that compiles is told until it is warm', async () => {
  let warm = false;
  const stop = watchWarmth(() => Promise.resolve(warm), tell);
  await vi.advanceTimersByTimeAsync(PATIENCE * 2);
  warm = true;
  await vi.advanceTimersByTimeAsync(PATIENCE);
  expect(said).toEqual([true, true, false]);
  stop();
});

test('what is heard after the answer came is not told', async () => {
  let late: (warm: boolean) => void = () => {};
  const stop = watchWarmth(() => new Promise((done) => (late = done)), tell);
  await vi.advanceTimersByTimeAsync(PATIENCE);
  stop();
  late(false);
  await vi.advanceTimersByTimeAsync(0);
  expect(said).toEqual([false]);
});

test.each([
  [503, { ready: false, warm: false }, false],
  [200, { ready: true, warm: true }, true],
  [503, { ready: false, warm: true }, true], // something else is wrong with it
  [404, {}, true],
])('a service that answers %i and %o is warm: %s', async (status, body, warm) => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(body), { status })));
  expect(await isWarm()).toBe(warm);
});

test('a service that does not answer is not said to compile', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  expect(await isWarm()).toBe(true);
});
