/**
 * Asks for the answers of one variant, never more than one at a time.
 *
 * While a question is on its way, only the newest of those that follow is kept; it is sent when the answer is there, so
 * that the chart follows a slider as fast as the service can and never falls behind it. The histogram is asked before
 * the rest of an answer, which the service works out meanwhile. The slow parts wait until the slider rests and its
 * answer was seen, and are given up when it moves again.
 */

import { Busy, CutOff, Refused } from '../api/client';
import { PARTS, type LiveAnswer, type LiveAsked, type Part, type ProblemDetails } from '../contract';

export type Question = Omit<LiveAsked, 'parts'>;

/** What is known of a variant's answer. */
export interface Known {
  answer: LiveAnswer | null;
  /** Whether its numbers belong to an earlier question. */
  stale: boolean;
  /** Parts that belong to an earlier question. */
  behind: readonly Part[];
  problem: ProblemDetails | null;
  cutOff: boolean;
}

export const NOTHING: Known = { answer: null, stale: true, behind: PARTS, problem: null, cutOff: false };
/** What moves with the slider. */
const MOVING: readonly Part[] = ['returns', 'answer'];
export const FOLLOWING: readonly Part[] = PARTS.filter((part) => !MOVING.includes(part));
export const REST = 400;
/** How long an answer is seen before the slow parts are asked: who steps a slider moves on as soon as it is there. */
export const SEEN = 200;
const LONGEST_WAIT = 30_000;

type Send = (asked: LiveAsked, signal: AbortSignal) => Promise<LiveAnswer>;
interface Flight {
  key: string;
  question: Question;
  parts: readonly Part[];
  stop: AbortController;
}

export class Asker {
  known: Known = NOTHING;
  private wanted: Question | null = null;
  private key = '';
  private answered: Partial<Record<Part, string>> = {};
  private layers: { answer: LiveAnswer | null; following: LiveAnswer | null } = {
    answer: null,
    following: null,
  };
  /** The question whose histogram is there, and the rest of whose answer is asked next, whatever came since. */
  private begun: Flight | null = null;
  /** The histogram that came last by itself. */
  private histogram: { key: string; of: LiveAnswer } | null = null;
  private flight: Flight | null = null;
  private refusedKey: string | null = null;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private rested = false;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;

  constructor(
    private readonly send: Send,
    private readonly tell: (known: Known) => void,
    private readonly rest = REST,
  ) {}

  /** Wants the answer to a question, in place of whatever was wanted before. */
  want(question: Question): void {
    const key = JSON.stringify(question);
    if (key === this.key) return;
    this.wanted = question;
    this.key = key;
    this.refusedKey = null;
    this.rested = false;
    clearTimeout(this.resting);
    this.restIn(this.rest);
    if (this.flight && !isMoving(this.flight.parts)) this.flight.stop.abort();
    this.report({ problem: null });
    this.next();
  }

  /** Tries again at once what failed. */
  again(): void {
    clearTimeout(this.waiting);
    this.waiting = undefined;
    this.refusedKey = null;
    this.next();
  }

  /** Gives up whatever is on its way. */
  stop(): void {
    clearTimeout(this.resting);
    clearTimeout(this.waiting);
    this.wanted = this.begun = null;
    this.flight?.stop.abort();
  }

  private restIn(wait: number): void {
    this.resting = setTimeout(() => {
      this.rested = true;
      this.next();
    }, wait);
  }

  private missing(): readonly Part[] {
    if (this.answered.answer !== this.key) {
      // Without an answer there is nothing that the histogram could stand in.
      const isFirst = this.layers.answer === null || this.answered.returns === this.key;
      return [isFirst ? 'answer' : 'returns'];
    }
    return this.rested ? FOLLOWING.filter((part) => this.answered[part] !== this.key) : [];
  }

  private next(): void {
    if (!this.wanted || this.flight || this.waiting !== undefined || this.refusedKey === this.key) return;
    if (this.begun !== null) {
      const { question, key } = this.begun;
      this.begun = null;
      void this.fly(question, key, ['answer']);
      return;
    }
    const parts = this.missing();
    if (parts.length > 0) void this.fly(this.wanted, this.key, parts);
  }

  private async fly(question: Question, key: string, parts: readonly Part[]): Promise<void> {
    const flight: Flight = { key, question, parts, stop: new AbortController() };
    this.flight = flight;
    try {
      const answer = await this.send({ ...question, parts: [...parts] }, flight.stop.signal);
      if (!flight.stop.signal.aborted) this.landed(flight, answer);
    } catch (error) {
      if (!flight.stop.signal.aborted) this.failed(flight, error);
    } finally {
      this.flight = null;
      this.next();
    }
  }

  private landed(flight: Flight, answer: LiveAnswer): void {
    this.failures = 0;
    for (const part of answer.parts) this.answered[part] = flight.key;
    if (answer.parts.includes('answer')) {
      this.answered.returns = flight.key;
      if (this.rested) {
        this.rested = false;
        this.restIn(SEEN);
      }
    } else if (answer.parts.includes('returns')) {
      this.begun = flight;
      this.histogram = { key: flight.key, of: answer };
    }
    this.report({ answer: this.joined(flight, answer), problem: null, cutOff: false });
  }

  /** What came, laid over the parts that are there. */
  private joined({ key }: Flight, came: LiveAnswer): LiveAnswer {
    const { histogram } = this;
    if (came.parts.includes('returns')) this.layers.answer = withReturns(this.layers.answer ?? came, came);
    else if (came.parts.includes('answer'))
      this.layers.answer = histogram?.key === key ? withReturns(came, histogram.of) : came; // drawn once
    else this.layers = { ...this.layers, following: came };
    const top = this.layers.answer ?? came;
    const below = this.layers.following;
    if (below === null || below === top) return top;
    return {
      ...top,
      statistics: { ...below.statistics, ...top.statistics },
      charts: { ...below.charts, ...top.charts },
      tables: { ...below.tables, ...top.tables },
      notes: [...new Set([...top.notes, ...below.notes])],
    };
  }

  private failed(flight: Flight, error: unknown): void {
    if (error instanceof Refused) {
      this.failures = 0;
      if (flight.key === this.key) {
        this.refusedKey = flight.key;
        this.report({ problem: error.problem, cutOff: false });
      } else this.report({ cutOff: false });
      return;
    }
    if (!(error instanceof Busy) && !(error instanceof CutOff)) console.error(error);
    this.failures += 1;
    const wait =
      error instanceof Busy ? error.seconds * 1000 : Math.min(LONGEST_WAIT, 500 * 2 ** this.failures);
    this.waiting = setTimeout(() => this.again(), wait);
    this.report({ cutOff: !(error instanceof Busy) });
  }

  private report(news: Partial<Known>): void {
    this.known = {
      ...this.known,
      ...news,
      stale: this.answered.answer !== this.key,
      behind: PARTS.filter((part) => this.answered[part] !== this.key),
    };
    this.tell(this.known);
  }
}

function isMoving(parts: readonly Part[]): boolean {
  return parts.some((part) => MOVING.includes(part));
}

/** An answer with the histogram that came by itself, where there is one to draw. */
function withReturns(
  answer: LiveAnswer,
  { charts: { returns }, ends, paths, engine }: LiveAnswer,
): LiveAnswer {
  return returns === undefined
    ? answer
    : { ...answer, paths, engine, charts: { ...answer.charts, returns }, ends };
}
