/** Where in the document somebody writes: found by indentation, which holds while a line is half written. */

import type { Path } from './schema';

export interface Place {
  /** Of the mapping for a key, of the value itself for a value. */
  path: Path;
  is: 'key' | 'value';
  /** Where the word begins that is being written. */
  from: number;
  /** Keys that the mapping has besides the one being written. */
  siblings: string[];
}

interface Token {
  column: number;
  /** Null for the dash of a list. */
  key: string | null;
}

interface Line {
  tokens: Token[];
  /** Where what comes after the last dash or key begins. */
  rest: number;
}

const KEY =
  /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#{}[\],&*!|>'"%@`-][^#{}[\],]*?|-[^\s#{}[\],]+?)[ \t]*:(?=\s|$)/;

/** The place of a position in a text; null within comments and long texts. `flow` is where a brace opened around it. */
export function placeAt(text: string, position: number, flow: number | null = null): Place | null {
  if (flow !== null && flow < position) return inFlow(text, position, flow);
  const starts = text.lastIndexOf('\n', position - 1) + 1;
  const ends = text.indexOf('\n', position);
  const whole = text.slice(starts, ends < 0 ? text.length : ends);
  const before = text.slice(starts, position);
  if (isComment(before)) return null;
  const lines = text.split('\n');
  const at = text.slice(0, starts).split('\n').length - 1;
  const here = tokensOf(before);
  const last = here.tokens[here.tokens.length - 1];
  if (last && last.key !== null) {
    const path = [...pathOf(lines, at, here.tokens.slice(0, -1), last.column), last.key];
    return { path, is: 'value', from: starts + here.rest, siblings: [] };
  }
  const column = here.rest;
  if (inLongText(lines, at, column)) return null;
  const path = pathOf(lines, at, here.tokens, column);
  const own = tokensOf(whole).tokens.find((token) => token.column === column)?.key ?? null;
  return { path, is: 'key', from: starts + column, siblings: siblingsOf(lines, at, column, own) };
}

/** Dashes and the key at the beginning of a line. */
function tokensOf(line: string): Line {
  const tokens: Token[] = [];
  let at = line.length - line.trimStart().length;
  while (/^-(?:\s|$)/.test(line.slice(at))) {
    tokens.push({ column: at, key: null });
    const rest = line.slice(at + 1);
    at += 1 + (rest.length - rest.trimStart().length);
  }
  const key = KEY.exec(line.slice(at));
  if (key) {
    tokens.push({ column: at, key: bare(key[1] ?? '') });
    const after = line.slice(at + key[0].length);
    at += key[0].length + (after.length - after.trimStart().length);
  }
  return { tokens, rest: at };
}

function bare(key: string): string {
  if (key.startsWith('"') || key.startsWith("'")) return key.slice(1, -1).replaceAll("''", "'");
  return key.trim();
}

/** What leads to a column of a line: keys and places in lists, the outermost first. */
function pathOf(
  lines: readonly string[],
  at: number,
  own: readonly Token[],
  column: number,
): (string | number)[] {
  const path: (string | number)[] = [];
  let edge = column;
  let counting: number | null = null; // column of the dashes that are being counted
  let count = 0;
  const leave = (): void => {
    if (counting !== null) path.unshift(count);
    counting = null;
    count = 0;
  };
  const read = (token: Token): void => {
    if (token.key === null) {
      if (counting !== null && token.column === counting) count += 1;
      else if (token.column < edge) {
        leave();
        counting = edge = token.column;
      }
    } else if (token.column < edge || (counting !== null && token.column === counting)) {
      leave();
      path.unshift(token.key);
      edge = token.column;
    }
  };
  for (let place = own.length - 1; place >= 0; place -= 1) read(own[place] as Token);
  for (let line = at - 1; line >= 0 && (edge > 0 || counting !== null); line -= 1) {
    const text = lines[line] ?? '';
    if (text.trim() === '' || isComment(text)) continue;
    const { tokens } = tokensOf(text);
    for (let place = tokens.length - 1; place >= 0; place -= 1) read(tokens[place] as Token);
  }
  leave();
  return path;
}

/** The other keys of the mapping whose keys stand in a column. */
function siblingsOf(lines: readonly string[], at: number, column: number, own: string | null): string[] {
  const found = new Set<string>();
  const look = (step: 1 | -1): void => {
    for (let line = at + step; line >= 0 && line < lines.length; line += step) {
      const text = lines[line] ?? '';
      if (text.trim() === '' || isComment(text)) continue;
      const { tokens } = tokensOf(text);
      const first = text.length - text.trimStart().length;
      const key = tokens.find((token) => token.column === column && token.key !== null)?.key;
      if (step === 1 && first < column) return;
      if (key !== undefined && key !== null) found.add(key);
      if (first < column) return; // the line with the dash is the mapping's first
    }
  };
  const here = tokensOf(lines[at] ?? '');
  if (!here.tokens.some((token) => token.key === null)) look(-1);
  look(1);
  if (own !== null) found.delete(own);
  return [...found];
}

/** Whether a line belongs to a long text begun by `|` or `>` above it. */
function inLongText(lines: readonly string[], at: number, column: number): boolean {
  for (let line = at - 1; line >= 0; line -= 1) {
    const text = lines[line] ?? '';
    if (text.trim() === '') continue;
    const indent = text.length - text.trimStart().length;
    if (indent >= column) continue;
    return /[:-]\s+[|>][-+\d]*\s*(?:#.*)?$/.test(text);
  }
  return false;
}

function isComment(line: string): boolean {
  if (/^\s*#/.test(line)) return true;
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at] ?? '';
    if (quote) quote = letter === quote ? '' : quote;
    else if ((letter === '"' || letter === "'") && /[\s[{,:]/.test(line[at - 1] ?? ' ')) quote = letter;
    else if (letter === '#' && /\s/.test(line[at - 1] ?? ' ')) return true;
  }
  return false;
}

interface Open {
  brace: '{' | '[';
  keys: string[];
  key: string | null;
  count: number;
  word: number;
}

/** A place within braces or brackets. */
function inFlow(text: string, position: number, flow: number): Place | null {
  const outer = placeAt(text, flow);
  if (!outer) return null;
  const open: Open[] = [];
  let quote = '';
  for (let at = flow; at < position; at += 1) {
    const letter = text[at] ?? '';
    const top = open[open.length - 1];
    if (quote) {
      if (letter === quote) quote = '';
    } else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === '#' && /\s/.test(text[at - 1] ?? ' ')) {
      const end = text.indexOf('\n', at);
      if (end < 0 || end >= position) return null;
      at = end;
    } else if (letter === '{' || letter === '[')
      open.push({ brace: letter, keys: [], key: null, count: 0, word: at + 1 });
    else if (letter === '}' || letter === ']') {
      open.pop();
    } else if (top && letter === ',') {
      if (top.key !== null) top.keys.push(top.key);
      [top.key, top.word] = [null, at + 1];
      top.count += 1;
    } else if (top?.brace === '{' && letter === ':' && /\s|$/.test(text[at + 1] ?? '') && top.key === null) {
      top.key = bare(text.slice(top.word, at).trim());
      top.word = at + 1;
    }
  }
  const inner = open[open.length - 1];
  if (!inner) return null;
  const path: (string | number)[] = [...outer.path];
  if (outer.is === 'key') {
    const dash = listPlace(text, flow);
    if (dash === null) return null;
  }
  for (const one of open.slice(0, -1)) path.push(one.brace === '[' ? one.count : (one.key ?? ''));
  const word = text.slice(inner.word, position);
  const from = inner.word + (word.length - word.trimStart().length);
  if (inner.brace === '[') return { path: [...path, inner.count], is: 'value', from, siblings: [] };
  if (inner.key !== null) return { path: [...path, inner.key], is: 'value', from, siblings: [] };
  return { path, is: 'key', from, siblings: [...inner.keys, ...later(text, position)] };
}

/** Whether a brace stands behind a dash, whose place is then the last step of the path. */
function listPlace(text: string, flow: number): number | null {
  const line = text.slice(text.lastIndexOf('\n', flow - 1) + 1, flow);
  return /^\s*(?:-\s+)+$/.test(line) ? line.length : null;
}

/** Keys that follow in the same braces. */
function later(text: string, position: number): string[] {
  const rest = /^[^{}[\]]*/.exec(text.slice(position))?.[0] ?? '';
  return [...rest.matchAll(/(?:^|,)\s*([\w-]+)\s*:(?=\s)/g)].map((found) => found[1] ?? '').filter(Boolean);
}
