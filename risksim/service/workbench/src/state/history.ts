/** Undo, redo, and the list of what was done. */

export interface Step<T> {
  readonly value: T;
  /** What a run of changes has in common, so that one pull of a slider is one step. */
  readonly key: string;
}

/** Steps that never change once made: every method gives a new history. */
export class History<T> {
  static readonly MOST = 200;

  private constructor(
    readonly steps: readonly Step<T>[],
    readonly at: number,
    private readonly open: boolean,
  ) {}

  static of<T>(value: T): History<T> {
    return new History([{ value, key: '' }], 0, false);
  }

  get now(): T {
    return (this.steps[this.at] as Step<T>).value;
  }

  get canUndo(): boolean {
    return this.at > 0;
  }

  get canRedo(): boolean {
    return this.at < this.steps.length - 1;
  }

  /** Takes a step. With a key, it joins the last step of the same key unless that was sealed. */
  take(value: T, key = ''): History<T> {
    const joins = this.open && key !== '' && this.at > 0 && this.steps[this.at]?.key === key;
    const kept = this.steps.slice(
      joins ? 0 : Math.max(0, this.at + 2 - History.MOST),
      joins ? this.at : this.at + 1,
    );
    return new History([...kept, { value, key }], kept.length, key !== '');
  }

  /** Takes the last step away, as one that led back to where the one before it stood. */
  drop(): History<T> {
    return this.at > 0 ? new History(this.steps.slice(0, this.at), this.at - 1, false) : this;
  }

  /** Puts another value in the place of this one, for what need not be undone. */
  amend(value: T): History<T> {
    const steps = this.steps.map((step, place) => (place === this.at ? { ...step, value } : step));
    return new History(steps, this.at, this.open);
  }

  /** Ends a run of changes: the next one of the same key is a step of its own. */
  seal(): History<T> {
    return this.open ? new History(this.steps, this.at, false) : this;
  }

  undo(): History<T> {
    return this.go(this.at - 1);
  }

  redo(): History<T> {
    return this.go(this.at + 1);
  }

  go(at: number): History<T> {
    return at < 0 || at >= this.steps.length ? this : new History(this.steps, at, false);
  }
}
