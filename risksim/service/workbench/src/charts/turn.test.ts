import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { REST, seenOrRested } from './turn';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Whether it is a chart's turn after a time, and what has become of it meanwhile. */
function waiting(isSeen: () => boolean, asked: () => number): () => boolean {
  let came = false;
  void seenOrRested(isSeen, asked).then(() => (came = true));
  return () => came;
}

it('draws what is seen at once', async () => {
  const came = waiting(
    () => true,
    () => 1,
  );
  await vi.advanceTimersByTimeAsync(0);
  expect(came()).toBe(true);
});

it('draws what is unseen once nothing new has come for a while', async () => {
  let asked = 1;
  const came = waiting(
    () => false,
    () => asked,
  );
  for (let moves = 0; moves < 20; moves += 1) {
    asked += 1;
    await vi.advanceTimersByTimeAsync(REST - 100);
    expect(came()).toBe(false);
  }
  await vi.advanceTimersByTimeAsync(REST + 100);
  expect(came()).toBe(true);
});

it('draws what comes into sight although more is coming', async () => {
  let [asked, seen] = [1, false];
  const came = waiting(
    () => seen,
    () => asked,
  );
  asked += 1;
  await vi.advanceTimersByTimeAsync(100);
  expect(came()).toBe(false);
  [asked, seen] = [asked + 1, true];
  await vi.advanceTimersByTimeAsync(100);
  expect(came()).toBe(true);
});
