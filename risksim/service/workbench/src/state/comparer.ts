/**
 * Asks how variants differ once all of them rest: the slowest question of the page, so it is asked last and alone.
 *
 * What is known stays until the next is there; `behind` says that it belongs to an earlier question.
 */

import { Busy, CutOff, Refused } from '../api/client';
import type { CompareAsked, Compared, ProblemDetails } from '../contract';

/** What is known of how the variants differ. */
export interface Comparison {
  compared: Compared | null;
  behind: boolean;
  problem: ProblemDetails | null;
}

export const UNKNOWN: Comparison = { compared: null, behind: false, problem: null };
export const PAUSE = 600;
const AGAIN = 3_000;

type Send = (asked: CompareAsked, signal: AbortSignal) => Promise<Compared>;

export class Comparer {
  known: Comparison = UNKNOWN;
  private key = '';
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private flight: AbortController | null = null;

  constructor(
    private readonly send: Send,
    private readonly tell: (known: Comparison) => void,
    private readonly pause = PAUSE,
  ) {}

  /** Wants a comparison as soon as `rests`; null where there is nothing to compare. */
  want(asked: CompareAsked | null, rests: boolean): void {
    if (asked === null) {
      if (this.key === '' && this.known === UNKNOWN) return;
      this.halt();
      this.key = '';
      this.report(UNKNOWN);
      return;
    }
    const key = JSON.stringify(asked);
    if (key !== this.key) {
      this.halt();
      this.key = key;
      this.report({ ...this.known, behind: true, problem: null });
    }
    if (rests && this.known.behind && this.flight === null && this.waiting === undefined) {
      this.later(asked, this.pause);
    }
  }

  stop(): void {
    this.halt();
    this.key = '';
    this.known = UNKNOWN;
  }

  private halt(): void {
    clearTimeout(this.waiting);
    this.waiting = undefined;
    this.flight?.abort();
    this.flight = null;
  }

  private later(asked: CompareAsked, pause: number): void {
    this.waiting = setTimeout(() => {
      this.waiting = undefined;
      void this.fly(asked);
    }, pause);
  }

  private async fly(asked: CompareAsked): Promise<void> {
    const flight = (this.flight = new AbortController());
    try {
      const compared = await this.send(asked, flight.signal);
      if (flight.signal.aborted) return;
      this.flight = null;
      this.report({ compared, behind: false, problem: null });
    } catch (error) {
      if (flight.signal.aborted) return;
      this.flight = null;
      if (error instanceof Refused) this.report({ compared: null, behind: false, problem: error.problem });
      else if (error instanceof Busy) this.later(asked, error.seconds * 1000);
      else {
        if (!(error instanceof CutOff)) console.error(error);
        this.later(asked, AGAIN);
      }
    }
  }

  private report(known: Comparison): void {
    this.known = known;
    this.tell(known);
  }
}
