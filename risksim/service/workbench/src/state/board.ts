/** What somebody asks of a deal: variants, each with what was moved, on the same paths. All of it can be undone. */

import { MOST_VARIANTS, type Moved, type VariantShown } from '../contract';

export interface Board {
  readonly variants: readonly VariantShown[];
  /** Which variant the sliders move. */
  readonly active: string;
  readonly paths: number;
  readonly seed: number;
}

export const LETTERS = ['A', 'B', 'C', 'D'] as const;
export const FIRST: Board = { variants: [variant('A')], active: 'A', paths: 10_000, seed: 1 };

function variant(letter: string, set: Moved = {}): VariantShown {
  return { id: letter, name: letter, set };
}

/** The variant that the sliders move. */
export function active(board: Board): VariantShown {
  return board.variants.find((one) => one.id === board.active) ?? (board.variants[0] as VariantShown);
}

/** Moves an input of a variant; where it stands in the file, it counts as not moved. */
export function moved(
  board: Board,
  id: string,
  input: string,
  to: number | string,
  inFile: number | string,
): Board {
  return changed(board, id, (set) => (to === inFile ? without(set, input) : { ...set, [input]: to }));
}

export function reset(board: Board, id: string, input: string): Board {
  return changed(board, id, (set) => without(set, input));
}

export function resetAll(board: Board, id: string): Board {
  return changed(board, id, () => ({}));
}

function changed(board: Board, id: string, change: (set: Moved) => Moved): Board {
  return {
    ...board,
    variants: board.variants.map((one) => (one.id === id ? { ...one, set: change(one.set) } : one)),
  };
}

function without(set: Moved, input: string): Moved {
  const rest = { ...set };
  delete rest[input];
  return rest;
}

/** Adds a variant, as the file has it or as a copy of another, and moves to it; unchanged if there are four. */
export function added(board: Board, copyOf: VariantShown | null = null): Board {
  const letter = LETTERS.find((one) => board.variants.every((other) => other.id !== one));
  if (letter === undefined || board.variants.length >= MOST_VARIANTS) return board;
  return { ...board, variants: [...board.variants, variant(letter, copyOf?.set)], active: letter };
}

export function renamed(board: Board, id: string, name: string): Board {
  return { ...board, variants: board.variants.map((one) => (one.id === id ? { ...one, name } : one)) };
}

/** Removes a variant; the last one stays. */
export function removed(board: Board, id: string): Board {
  const variants = board.variants.filter((one) => one.id !== id);
  const first = variants[0];
  if (first === undefined) return board;
  return { ...board, variants, active: board.active === id ? first.id : board.active };
}

/** A board without what was moved of inputs that a deal does not have, and which these are. */
export function only(board: Board, known: readonly string[]): { board: Board; dropped: string[] } {
  const dropped = new Set<string>();
  const variants = board.variants.map((one) => {
    const strange = Object.keys(one.set).filter((id) => !known.includes(id));
    for (const id of strange) dropped.add(id);
    return strange.length > 0 ? { ...one, set: strange.reduce(without, one.set) } : one;
  });
  return { board: { ...board, variants }, dropped: [...dropped] };
}

/** Variants as they are called where they stand beside each other: no two alike. */
export function called(
  variants: readonly VariantShown[],
  letterName: (letter: string) => string,
): VariantShown[] {
  const names = variants.map((one) => (one.name === one.id ? letterName(one.id) : one.name));
  return variants.map((one, at) => {
    const name = names[at] ?? one.name;
    return { ...one, name: names.indexOf(name) === at ? name : `${name} (${one.id})` };
  });
}

export function chosen(board: Board, id: string): Board {
  return { ...board, active: id };
}

export type Change =
  | {
      what: 'input';
      variant: string;
      input: string;
      from: number | string | null;
      to: number | string | null;
    }
  | { what: 'added' | 'removed'; variant: string }
  | { what: 'renamed'; from: string; to: string }
  | { what: 'paths' | 'seed'; from: number; to: number };

/** What changed from one board to the next; null as a value is the file's. */
export function changes(from: Board, to: Board): Change[] {
  const found: Change[] = [];
  for (const one of to.variants) {
    const before = from.variants.find((other) => other.id === one.id);
    if (before === undefined) found.push({ what: 'added', variant: one.name });
    else found.push(...changesOf(before, one));
  }
  for (const one of from.variants) {
    if (to.variants.every((other) => other.id !== one.id)) found.push({ what: 'removed', variant: one.name });
  }
  if (from.paths !== to.paths) found.push({ what: 'paths', from: from.paths, to: to.paths });
  if (from.seed !== to.seed) found.push({ what: 'seed', from: from.seed, to: to.seed });
  return found;
}

function changesOf(before: VariantShown, after: VariantShown): Change[] {
  const found: Change[] = [];
  if (before.name !== after.name) found.push({ what: 'renamed', from: before.name, to: after.name });
  for (const input of new Set([...Object.keys(before.set), ...Object.keys(after.set)])) {
    const [from, to] = [before.set[input] ?? null, after.set[input] ?? null];
    if (from !== to) found.push({ what: 'input', variant: after.name, input, from, to });
  }
  return found;
}
