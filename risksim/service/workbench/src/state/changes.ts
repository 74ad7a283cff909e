/** What was done, in words. */

import type { InputShown, InputsShown, Language } from '../contract';
import { inWords, plain } from '../language/values';
import type { Texts } from '../language/en';
import { changes, type Board, type Change } from './board';

/** One line for a step of the history. */
export function lineOf(
  from: Board,
  to: Board,
  inputs: InputsShown | null,
  t: Texts,
  language: Language,
): string {
  const done = changes(from, to);
  const first = done[0];
  if (first === undefined) return t.start;
  const line = wordsOf(first, inputs, t, language);
  return done.length > 1 ? `${line}, ${t.andMore(done.length - 1)}` : line;
}

function wordsOf(change: Change, inputs: InputsShown | null, t: Texts, language: Language): string {
  switch (change.what) {
    case 'input': {
      const input = inputs?.inputs.find((one) => one.id === change.input);
      const said = (value: number | string | null) => valueOf(value, input, inputs, t, language);
      return t.movedFromTo(change.variant, input?.title ?? change.input, said(change.from), said(change.to));
    }
    case 'added':
      return t.added(change.variant);
    case 'removed':
      return t.removed(change.variant);
    case 'renamed':
      return t.renamed(change.from, change.to);
    case 'paths':
      return t.pathsFromTo(plain(change.from, language), plain(change.to, language));
    case 'seed':
      return t.seedFromTo(String(change.from), String(change.to));
  }
}

function valueOf(
  value: number | string | null,
  input: InputShown | undefined,
  inputs: InputsShown | null,
  t: Texts,
  language: Language,
): string {
  const shown = value ?? input?.value ?? null;
  if (shown === null) return t.unmoved;
  return input ? inWords(shown, input.kind, inputs?.currency ?? '', language) : String(shown);
}
