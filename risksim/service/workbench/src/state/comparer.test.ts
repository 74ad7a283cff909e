import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Busy, Refused } from '../api/client';
import type { CompareAsked, Compared } from '../contract';
import { Comparer, PAUSE, UNKNOWN, type Comparison } from './comparer';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const TABLE = { name: '', caption: '', head: [], rows: [], notes: [], emphasised: [] };

function asking(rate: number): CompareAsked {
  const variants: CompareAsked['variants'] = [
    { name: 'A', set: {} },
    { name: 'B', set: { rate } },
  ];
  return { of: { shipped: 'x' }, variants, paths: 1000, seed: 1, language: 'en' };
}

function comparedOf(note: string): Compared {
  return {
    names: [],
    digests: [],
    currency: 'DKK',
    paths: 1000,
    seed: 1,
    engine: '',
    table: TABLE,
    notes: [note],
  };
}

function slow() {
  const asked: CompareAsked[] = [];
  const signals: AbortSignal[] = [];
  const ends: { resolve: (one: Compared) => void; reject: (error: unknown) => void }[] = [];
  const send = (one: CompareAsked, signal: AbortSignal): Promise<Compared> => {
    asked.push(one);
    signals.push(signal);
    return new Promise((resolve, reject) => ends.push({ resolve, reject }));
  };
  let known: Comparison = UNKNOWN;
  const comparer = new Comparer(send, (one) => (known = one));
  return { asked, signals, ends, comparer, known: () => known };
}

test('asks once, when all variants rest', async () => {
  const { comparer, asked, ends, known } = slow();
  comparer.want(asking(0.1), false);
  await vi.advanceTimersByTimeAsync(10 * PAUSE);
  expect(asked).toHaveLength(0);
  expect(known().behind).toBe(true);
  comparer.want(asking(0.1), true);
  comparer.want(asking(0.1), true);
  await vi.advanceTimersByTimeAsync(PAUSE);
  comparer.want(asking(0.1), true);
  expect(asked).toHaveLength(1);
  ends[0]?.resolve(comparedOf('first'));
  await vi.advanceTimersByTimeAsync(0);
  expect(known()).toMatchObject({ behind: false, compared: { notes: ['first'] } });
});

test('a later question ends an earlier one, whose answer is never shown', async () => {
  const { comparer, asked, signals, ends, known } = slow();
  comparer.want(asking(0.1), true);
  await vi.advanceTimersByTimeAsync(PAUSE);
  comparer.want(asking(0.2), true);
  expect(signals[0]?.aborted).toBe(true);
  ends[0]?.resolve(comparedOf('old'));
  await vi.advanceTimersByTimeAsync(PAUSE);
  expect(asked).toHaveLength(2);
  expect(known()).toMatchObject({ compared: null, behind: true });
  ends[1]?.resolve(comparedOf('new'));
  await vi.advanceTimersByTimeAsync(0);
  expect(known().compared?.notes).toEqual(['new']);
});

test('comes back to a busy service, and takes a refusal as it is', async () => {
  const { comparer, asked, ends, known } = slow();
  comparer.want(asking(0.1), true);
  await vi.advanceTimersByTimeAsync(PAUSE);
  ends[0]?.reject(new Busy(2));
  await vi.advanceTimersByTimeAsync(1999);
  expect(asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toHaveLength(2);
  ends[1]?.reject(new Refused({ type: '', title: 'No', status: 422, detail: 'too many' }));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(2);
  expect(known()).toMatchObject({ compared: null, behind: false, problem: { detail: 'too many' } });
});

test('forgets where there is one variant', async () => {
  const { comparer, ends, known } = slow();
  comparer.want(asking(0.1), true);
  await vi.advanceTimersByTimeAsync(PAUSE);
  ends[0]?.resolve(comparedOf('first'));
  await vi.advanceTimersByTimeAsync(0);
  comparer.want(null, true);
  expect(known()).toBe(UNKNOWN);
});
