/** All that the page knows, in one place: the deal, what was moved, what is known of the answers. */

import { CutOff, Refused } from '../api/client';
import * as service from '../api/service';
import {
  PARTS,
  type CompareAsked,
  type DealAsked,
  type InputShown,
  type InputsShown,
  type Language,
  type LiveAnswer,
  type Part,
  type ProblemDetails,
  type VariantShown,
} from '../contract';
import { spoken } from '../language/spoken.svelte';
import { read, written } from './address';
import { Asker, NOTHING, type Known } from './asker';
import * as boards from './board';
import { Comparer, UNKNOWN, type Comparison } from './comparer';
import { History } from './history';

const AGAIN = 3_000;
const SEAL = 1_000;

export class Workbench {
  of = $state.raw<DealAsked | null>(null);
  inputs = $state.raw<InputsShown | null>(null);
  /** Why the deal could not be opened. */
  problem = $state.raw<ProblemDetails | null>(null);
  cutOffAtOpening = $state(false);
  history = $state.raw(History.of(boards.FIRST));
  known = $state.raw<Record<string, Known>>({});
  comparison = $state.raw<Comparison>(UNKNOWN);
  /** Loss bound that somebody set; null leaves it where the answer has it. */
  boundSet = $state<number | null>(null);
  /** Run whose numbers this address was shared with. */
  run = $state<string | null>(null);
  sideBySide = $state(false);
  /** Inputs that an address moved, or another text had, and this deal does not have. */
  dropped = $state.raw<readonly string[]>([]);

  // Nothing is drawn from these: what they tell is in `known`.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  private askers = new Map<string, Asker>();
  private comparer = new Comparer(service.compare, (found) => (this.comparison = found));
  private opening: AbortController | null = null;
  private again: ReturnType<typeof setTimeout> | undefined;
  private sealing: ReturnType<typeof setTimeout> | undefined;
  private writing: ReturnType<typeof setTimeout> | undefined;

  board = $derived(this.history.now);
  active = $derived(boards.active(this.board));
  /** The variants as they are called on the page, no two alike. */
  named = $derived(boards.called(this.board.variants, spoken.t.variantName));
  activeKnown = $derived(this.known[this.active.id] ?? NOTHING);
  answers = $derived(this.board.variants.map((one): LiveAnswer | null => this.known[one.id]?.answer ?? null));
  stale = $derived(this.activeKnown.answer !== null && this.activeKnown.stale);
  anyStale = $derived(this.board.variants.some((one) => (this.known[one.id] ?? NOTHING).stale));
  behind = $derived<readonly Part[]>(this.activeKnown.answer === null ? PARTS : this.activeKnown.behind);
  bound = $derived(this.boundSet ?? this.activeKnown.answer?.ends?.at ?? 0);
  cutOff = $derived(
    this.cutOffAtOpening || this.board.variants.some((one) => (this.known[one.id] ?? NOTHING).cutOff),
  );
  settled = $derived(this.activeKnown.answer !== null && !this.activeKnown.stale && this.behind.length === 0);
  /** Steps that a reader sees in the list of what was done. */
  canUndo = $derived(this.history.canUndo);
  canRedo = $derived(this.history.canRedo);

  /** Opens a deal; what was moved stays if `kept`, else everything stands as in the file. */
  async open(of: DealAsked, kept = false): Promise<void> {
    if (!kept) this.forget();
    this.of = of;
    await this.readInputs();
  }

  /** Asks for the inputs again, as the page now speaks another language or the service is back. */
  async readInputs(): Promise<void> {
    const of = this.of;
    if (of === null) return;
    clearTimeout(this.again);
    this.opening?.abort();
    const opening = (this.opening = new AbortController());
    try {
      const inputs = await service.inputs({ of, language: spoken.language }, opening.signal);
      if (opening.signal.aborted) return;
      this.inputs = inputs;
      this.problem = null;
      this.cutOffAtOpening = false;
      this.dropStrangers(inputs);
      this.askAll();
    } catch (error) {
      if (opening.signal.aborted) return;
      this.cutOffAtOpening = error instanceof CutOff;
      if (error instanceof Refused) this.problem = error.problem;
      else this.again = setTimeout(() => void this.readInputs(), AGAIN);
    }
  }

  private dropStrangers(inputs: InputsShown): void {
    const { board, dropped } = boards.only(
      this.board,
      inputs.inputs.map((one) => one.id),
    );
    this.dropped = dropped;
    if (dropped.length > 0) this.history = this.history.amend(board);
  }

  private forget(): void {
    for (const asker of this.askers.values()) asker.stop();
    this.askers.clear();
    this.comparer.stop();
    this.comparison = UNKNOWN;
    this.known = {};
    this.inputs = null;
    this.problem = null;
    this.boundSet = null;
    this.run = null;
    this.dropped = [];
    this.history = History.of(boards.FIRST);
  }

  // -------------------------------------------------------------- what somebody does

  move(input: InputShown, to: number | string): void {
    clearTimeout(this.sealing);
    const board = boards.moved(this.board, this.active.id, input.id, to, input.value);
    this.take(board, `move ${this.active.id} ${input.id}`);
  }

  /** A slider was let go: what follows after a while is another step. A key held or pressed ten times is one. */
  rest(): void {
    clearTimeout(this.sealing);
    this.sealing = setTimeout(() => (this.history = this.history.seal()), SEAL);
  }

  resetInput(id: string): void {
    this.take(boards.reset(this.board, this.active.id, id));
  }

  resetAll(): void {
    this.take(boards.resetAll(this.board, this.active.id));
  }

  add(copyOf: VariantShown | null = null): void {
    this.take(boards.added(this.board, copyOf));
  }

  rename(id: string, name: string): void {
    this.take(boards.renamed(this.board, id, name));
  }

  remove(id: string): void {
    this.take(boards.removed(this.board, id));
    if (this.board.variants.length === 1) this.sideBySide = false;
  }

  /** Which variant is looked at is not a step of its own. */
  choose(id: string): void {
    this.history = this.history.amend(boards.chosen(this.board, id));
    this.writeAddress();
  }

  setPaths(paths: number): void {
    this.take({ ...this.board, paths }, 'paths');
  }

  setSeed(seed: number): void {
    this.take({ ...this.board, seed }, 'seed');
  }

  setBound(bound: number): void {
    this.boundSet = bound;
    this.writeAddress();
  }

  undo(): void {
    this.go(this.history.at - 1);
  }

  redo(): void {
    this.go(this.history.at + 1);
  }

  go(at: number): void {
    this.history = this.history.go(at);
    this.follow();
  }

  private take(board: boards.Board, key = ''): void {
    if (boards.changes(this.board, board).length === 0) return;
    this.history = this.history.take(board, key);
    const before = this.history.steps[this.history.at - 1];
    if (before && boards.changes(before.value, board).length === 0) {
      this.history = this.history.drop().amend(board); // a slider that was pulled there and back did nothing
    }
    this.follow();
  }

  private follow(): void {
    this.writeAddress();
    this.askAll();
  }

  // -------------------------------------------------------------- asking

  /** Tries again at once whatever failed. */
  tryNow(): void {
    if (this.inputs === null || this.cutOffAtOpening) void this.readInputs();
    for (const asker of this.askers.values()) asker.again();
  }

  private askAll(): void {
    if (this.of === null || this.inputs === null || this.inputs.obstacle !== null) return;
    const { variants, paths, seed } = this.board;
    for (const [id, asker] of this.askers) {
      if (variants.every((one) => one.id !== id)) {
        asker.stop();
        this.askers.delete(id);
        const rest = { ...this.known };
        delete rest[id];
        this.known = rest;
      }
    }
    for (const one of variants) {
      this.askerOf(one.id).want({ of: this.of, set: one.set, paths, seed, language: spoken.language });
    }
    this.compare();
  }

  /** Compares the variants when all of them are answered; they wait for nothing else. */
  private compare(): void {
    const { variants } = this.board;
    const rests = variants.every((one) => (this.known[one.id] ?? NOTHING).behind.length === 0);
    this.comparer.want(variants.length > 1 ? this.comparing() : null, rests);
  }

  private comparing(): CompareAsked | null {
    if (this.of === null) return null;
    const { paths, seed } = this.board;
    const variants = this.named.map(({ name, set }) => ({ name, set }));
    return { of: this.of, variants, paths, seed, language: spoken.language };
  }

  private askerOf(id: string): Asker {
    let asker = this.askers.get(id);
    if (asker === undefined) {
      asker = new Asker(service.live, (known) => {
        this.known = { ...this.known, [id]: known };
        this.compare();
      });
      this.askers.set(id, asker);
    }
    return asker;
  }

  // -------------------------------------------------------------- language and address

  speak(language: Language): void {
    if (language === spoken.language) return;
    spoken.speak(language);
    void this.readInputs();
  }

  /** Takes what the address says. Names of variants are the browser's own, never in the address. */
  readAddress(hash: string, names: Readonly<Record<string, string>> = {}): void {
    const { board, bound, run } = read(hash);
    const variants = board.variants.map((one) => ({ ...one, name: names[one.id] ?? one.name }));
    this.boundSet = bound;
    this.run = run;
    this.history = History.of({ ...board, variants });
    this.askAll();
  }

  hash(run = this.run): string {
    return written({ board: this.board, bound: this.boundSet, run });
  }

  private writeAddress(): void {
    this.run = null;
    clearTimeout(this.writing);
    this.writing = setTimeout(() => this.writeNow(), 200);
  }

  /** Writes the address at once; browsers refuse to write it more often than a slider moves. */
  writeNow(path = location.pathname + location.search): void {
    clearTimeout(this.writing);
    const hash = this.hash();
    const names = Object.fromEntries(this.board.variants.map((one) => [one.id, one.name]));
    history.replaceState({ names }, '', hash ? `${path}#${hash}` : path);
  }
}
