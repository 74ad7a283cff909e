/**
 * What stands behind the `#` of the address: which inputs were moved and to what, seed and paths.
 *
 * A browser never sends that part to a server, and it holds neither a deal's text nor a name that somebody typed.
 */

import { FEWEST_PATHS, MOST_PATHS, MOST_VARIANTS, type Moved, type VariantShown } from '../contract';
import { FIRST, LETTERS, type Board } from './board';

export interface Addressed {
  board: Board;
  bound: number | null;
  /** Run whose numbers the sender saw. */
  run: string | null;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const MOST_MOVED = 100;

/** The part behind `#`; empty where everything stands as in the file. */
export function written({ board, bound, run }: Addressed): string {
  const said = new URLSearchParams();
  board.variants.forEach((one, place) => {
    if (place > 0) said.append('variant', one.id);
    for (const [id, value] of Object.entries(one.set)) said.append('set', `${id}:${value}`);
  });
  const first = board.variants[0];
  if (first && first.id !== FIRST.active) said.append('first', first.id);
  if (first && board.active !== first.id) said.append('active', board.active);
  if (board.seed !== FIRST.seed) said.append('seed', String(board.seed));
  if (board.paths !== FIRST.paths) said.append('paths', String(board.paths));
  if (bound !== null) said.append('bound', String(bound));
  if (run !== null) said.append('run', run);
  return said.toString().replaceAll('%3A', ':').replaceAll('%5B', '[').replaceAll('%5D', ']');
}

/** What an address says; whatever it says wrongly is left out. */
export function read(hash: string): Addressed {
  const said = new URLSearchParams(hash.replace(/^#/, ''));
  const sets: { id: string; set: Moved }[] = [{ id: letter(said.get('first')) ?? FIRST.active, set: {} }];
  for (const [key, value] of said) {
    const last = sets[sets.length - 1] as { id: string; set: Moved };
    if (key === 'variant') {
      const id = letter(value);
      if (id && sets.length < MOST_VARIANTS && sets.every((one) => one.id !== id)) sets.push({ id, set: {} });
    } else if (key === 'set' && Object.keys(last.set).length < MOST_MOVED) {
      const at = value.lastIndexOf(':');
      const to = at > 0 ? valueOf(value.slice(at + 1)) : null;
      if (to !== null) last.set[value.slice(0, at)] = to;
    }
  }
  const variants: VariantShown[] = sets.map(({ id, set }) => ({ id, name: id, set }));
  const active = variants.find((one) => one.id === said.get('active')) ?? (variants[0] as VariantShown);
  return {
    board: {
      variants,
      active: active.id,
      seed: whole(said.get('seed'), 0, Number.MAX_SAFE_INTEGER) ?? FIRST.seed,
      paths: whole(said.get('paths'), FEWEST_PATHS, MOST_PATHS) ?? FIRST.paths,
    },
    bound: numberOf(said.get('bound')),
    run: /^[\w-]{1,40}$/.exec(said.get('run') ?? '')?.[0] ?? null,
  };
}

function letter(said: string | null): string | null {
  return LETTERS.find((one) => one === said) ?? null;
}

function valueOf(said: string): number | string | null {
  return DATE.test(said) ? said : numberOf(said);
}

function numberOf(said: string | null): number | null {
  if (said === null || !/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(said)) return null;
  const value = Number(said);
  return Number.isFinite(value) ? value : null;
}

function whole(said: string | null, low: number, high: number): number | null {
  const value = numberOf(said);
  return value !== null && Number.isInteger(value) && value >= low && value <= high ? value : null;
}
