import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Busy, CutOff, Refused } from '../api/client';
import type { LiveAnswer, LiveAsked } from '../contract';
import { Asker, FOLLOWING, REST, SEEN, type Known, type Question } from './asker';

/** A service that answers when it is told to. */
class Slow {
  readonly asked: LiveAsked[] = [];
  readonly signals: AbortSignal[] = [];
  private waiting: { resolve: (answer: LiveAnswer) => void; reject: (error: unknown) => void }[] = [];

  send = (asked: LiveAsked, signal: AbortSignal): Promise<LiveAnswer> => {
    this.asked.push(asked);
    this.signals.push(signal);
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
    });
  };

  async answer(more: Partial<LiveAnswer> = {}): Promise<void> {
    this.waiting[this.asked.length - 1]?.resolve(
      answerOf(this.asked[this.asked.length - 1] as LiveAsked, more),
    );
    await vi.advanceTimersByTimeAsync(0);
  }

  /** Answers a question whole: where its histogram is asked first, that, and then the rest. */
  async settle(more: Partial<LiveAnswer> = {}): Promise<void> {
    if (this.asked[this.asked.length - 1]?.parts.includes('returns')) await this.answer();
    await this.answer(more);
  }

  async fail(error: unknown): Promise<void> {
    this.waiting[this.asked.length - 1]?.reject(error);
    await vi.advanceTimersByTimeAsync(0);
  }

  get rates(): unknown[] {
    return this.asked.map((one) => one.set.rate);
  }

  get parts(): string[] {
    return this.asked.map((one) => one.parts.join(' '));
  }
}

function answerOf(asked: LiveAsked, more: Partial<LiveAnswer>): LiveAnswer {
  const bare = { name: '', digest: '', currency: 'DKK', engine: '', how: '', command: '', milliseconds: 0 };
  const empty = { sentences: [], figures: [], statistics: {}, ends: null, charts: {}, tables: {}, notes: [] };
  return { ...bare, ...empty, parts: asked.parts, paths: asked.paths, seed: asked.seed, ...more };
}

function question(rate: number): Question {
  return { of: { shipped: 'deal' }, set: { rate }, paths: 1000, seed: 1, language: 'da' };
}

let service: Slow;
let known: Known;
let asker: Asker;

beforeEach(() => {
  vi.useFakeTimers();
  service = new Slow();
  asker = new Asker(service.send, (now) => (known = now));
});
afterEach(() => {
  asker.stop();
  vi.useRealTimers();
});

test('forty moves while one question is on its way become two questions, the last with the newest', async () => {
  for (let move = 0; move <= 40; move += 1) asker.want(question(move));
  expect(service.rates).toEqual([0]);
  await service.answer({ sentences: ['of 0'] });
  expect(service.rates).toEqual([0, 40]);
  expect(known.answer?.sentences).toEqual(['of 0']);
  expect(known.stale).toBe(true);
  await service.settle({ sentences: ['of 40'] });
  expect(service.rates).toEqual([0, 40, 40]);
  expect(known.answer?.sentences).toEqual(['of 40']);
  expect(known.stale).toBe(false);
});

test('never is more than one question on its way', async () => {
  asker.want(question(1));
  asker.want(question(2));
  await vi.advanceTimersByTimeAsync(REST * 3);
  expect(service.asked).toHaveLength(1);
});

test('the slow parts follow when the slider rests, and what is there of them stays until then', async () => {
  asker.want(question(1));
  await service.answer({ sentences: ['one'] });
  expect(service.asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(REST);
  expect(service.asked[1]?.parts).toEqual(FOLLOWING);
  await service.answer({ tables: { drivers: table('drivers') }, notes: ['a note'] });
  expect(known.behind).toEqual([]);
  expect(Object.keys(known.answer?.tables ?? {})).toEqual(['drivers']);
  expect(known.answer?.sentences).toEqual(['one']);
  asker.want(question(2));
  await service.settle({ sentences: ['two'], tables: { lines: table('lines') } });
  expect(known.stale).toBe(false);
  expect(known.behind).toEqual(FOLLOWING);
  expect(Object.keys(known.answer?.tables ?? {}).sort()).toEqual(['drivers', 'lines']);
  expect(known.answer?.notes).toEqual(['a note']);
});

test('an answer that took longer than a rest is seen before the slow parts are asked', async () => {
  asker.want(question(1));
  await vi.advanceTimersByTimeAsync(REST * 2);
  await service.answer();
  await vi.advanceTimersByTimeAsync(SEEN - 1);
  expect(service.asked).toHaveLength(1);
  asker.want(question(2)); // who steps the slider as soon as the answer is there waits for nothing slow
  expect(service.asked[1]?.parts).toEqual(['returns']);
  await vi.advanceTimersByTimeAsync(REST * 2);
  await service.settle();
  expect(service.parts).toEqual(['answer', 'returns', 'answer']);
  await vi.advanceTimersByTimeAsync(SEEN);
  expect(service.asked[3]?.parts).toEqual(FOLLOWING);
});

test('a chart that the answer no longer has goes away', async () => {
  asker.want(question(1));
  await service.answer({ tables: { payers: table('payers') } });
  asker.want(question(2));
  await service.settle({});
  expect(known.answer?.tables).toEqual({});
});

test('slow parts on their way are given up when the slider moves, answers are not', async () => {
  asker.want(question(1));
  asker.want(question(2));
  expect(service.signals[0]?.aborted).toBe(false);
  await service.answer();
  asker.want(question(3));
  expect(service.signals[1]?.aborted).toBe(false);
  await service.settle();
  await service.settle();
  await vi.advanceTimersByTimeAsync(REST);
  expect(service.asked[5]?.parts).toEqual(FOLLOWING);
  asker.want(question(4));
  await vi.advanceTimersByTimeAsync(0);
  expect(service.signals[5]?.aborted).toBe(true);
  expect(service.asked[6]).toMatchObject({ set: { rate: 4 }, parts: ['returns'] });
});

test('the histogram comes first, the rest of its answer next, and only then what was moved since', async () => {
  asker.want(question(1));
  await service.answer({ ...histogram('of one', 1), sentences: ['one'] });
  asker.want(question(2));
  await service.answer(histogram('of two', 2));
  expect(known.answer?.charts.returns?.caption).toBe('of two');
  expect(known.answer?.ends?.values).toEqual([2]);
  expect(known.answer?.sentences).toEqual(['one']);
  expect(known.stale).toBe(true);
  expect(known.behind).not.toContain('returns');
  expect(known.behind).toContain('answer');
  asker.want(question(3));
  expect(service.rates).toEqual([1, 2, 2]);
  const drawn = known.answer?.charts.returns;
  await service.answer({ ...histogram('of two', 2), sentences: ['two'] });
  expect(known.answer?.sentences).toEqual(['two']);
  expect(known.answer?.charts.returns).toBe(drawn); // the same, so that it is not drawn again
  expect(service.rates).toEqual([1, 2, 2, 3]);
  expect(service.parts).toEqual(['answer', 'returns', 'answer', 'returns']);
});

test('where the service has the whole answer at once, nothing more is asked', async () => {
  asker.want(question(1));
  await service.answer();
  asker.want(question(2));
  await service.answer({ parts: ['answer'], sentences: ['two'], ...histogram('of two', 2) });
  expect(known.stale).toBe(false);
  expect(known.behind).toEqual(FOLLOWING);
  expect(known.answer?.charts.returns?.caption).toBe('of two');
  expect(service.parts).toEqual(['answer', 'returns']);
});

test('a result that is always the same has no histogram, and what is there stays until the rest is', async () => {
  asker.want(question(1));
  await service.answer(histogram('of one', 1));
  asker.want(question(2));
  await service.answer();
  expect(known.answer?.charts.returns?.caption).toBe('of one');
  await service.answer({ sentences: ['two'] });
  expect(known.answer?.charts.returns).toBeUndefined();
});

test('the rest is asked again where the network is cut after the histogram', async () => {
  asker.want(question(1));
  await service.answer();
  asker.want(question(2));
  await service.answer(histogram('of two', 2));
  await service.fail(new CutOff());
  await vi.advanceTimersByTimeAsync(1000);
  expect(service.parts).toEqual(['answer', 'returns', 'answer', 'answer']);
  await service.answer({ sentences: ['two'] });
  expect(known).toMatchObject({ stale: false, cutOff: false });
});

test('a question that was refused is told in words, keeps what is there, and is not asked again', async () => {
  asker.want(question(1));
  await service.answer({ sentences: ['one'] });
  asker.want(question(2));
  await service.fail(new Refused({ type: 'x', title: 'No', status: 422, detail: 'Too high.' }));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(service.asked).toHaveLength(2);
  expect(known.problem?.detail).toBe('Too high.');
  expect(known.answer?.sentences).toEqual(['one']);
  expect(known.stale).toBe(true);
  asker.want(question(3));
  expect(known.problem).toBeNull();
  await service.settle();
  expect(known.stale).toBe(false);
});

test('a refusal of a question that nobody asks any more is not shown', async () => {
  asker.want(question(1));
  asker.want(question(2));
  await service.fail(new Refused({ type: 'x', title: 'No', status: 422, detail: 'Too high.' }));
  expect(known.problem).toBeNull();
  expect(service.rates).toEqual([1, 2]);
});

test('when the network is cut it says so, keeps what is there, and tries again later and later', async () => {
  asker.want(question(1));
  await service.answer({ sentences: ['one'] });
  asker.want(question(2));
  await service.fail(new CutOff());
  expect(known.cutOff).toBe(true);
  expect(known.answer?.sentences).toEqual(['one']);
  await vi.advanceTimersByTimeAsync(1000);
  expect(service.asked).toHaveLength(3);
  await service.fail(new CutOff());
  await vi.advanceTimersByTimeAsync(1000);
  expect(service.asked).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(1000);
  expect(service.asked).toHaveLength(4);
  await service.settle({ sentences: ['two'] });
  expect(known.cutOff).toBe(false);
  expect(known.answer?.sentences).toEqual(['two']);
});

test('somebody who does not want to wait can try at once, and the newest is asked', async () => {
  asker.want(question(1));
  await service.fail(new CutOff());
  asker.want(question(2));
  expect(service.asked).toHaveLength(1);
  asker.again();
  expect(service.rates).toEqual([1, 2]);
});

test('a busy service is asked again after as long as it says, without an alarm', async () => {
  asker.want(question(1));
  await service.fail(new Busy(3));
  expect(known.cutOff).toBe(false);
  await vi.advanceTimersByTimeAsync(2900);
  expect(service.asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(service.asked).toHaveLength(2);
});

test('what is stopped asks nothing more', async () => {
  asker.want(question(1));
  asker.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(service.signals[0]?.aborted).toBe(true);
  expect(service.asked).toHaveLength(1);
});

function table(name: string) {
  return { name, caption: '', head: [], rows: [], notes: [], emphasised: [] };
}

function histogram(caption: string, end: number): Partial<LiveAnswer> {
  const chart = {
    name: 'returns',
    spec: {},
    datasets: {},
    alt: '',
    caption,
    table: table('returns'),
    label: '',
  };
  return { charts: { returns: chart }, ends: { values: [end], weights: [1], joined: 0, at: 0 } };
}
