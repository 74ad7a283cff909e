/** Completion and hover from the schema of scenario files. */

import {
  snippetCompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import { hoverTooltip, type Tooltip } from '@codemirror/view';
import type { Texts } from '../panels/language';
import { placeAt, type Place } from './place';
import { SchemaWalker, type KeyFound, type Schema } from './schema';

/** What completion and hover need, which may change while the editor stands. */
export interface Help {
  schema: Schema | null;
  /** Comes true when the schema is there: who asks before waits for it. */
  arrived?: Promise<unknown>;
  say: Texts;
}

const walkers = new WeakMap<Schema, SchemaWalker>();

function walkerOf(schema: Schema): SchemaWalker {
  let found = walkers.get(schema);
  if (!found) walkers.set(schema, (found = new SchemaWalker(schema)));
  return found;
}

/** The place of a position; null where nothing of the schema stands. */
export function placeIn(state: EditorState, position: number): Place | null {
  let flow: number | null = null;
  for (let node = syntaxTree(state).resolveInner(position, -1); ;) {
    if (node.name === 'Comment' || node.name === 'BlockLiteralContent') return null;
    if ((node.name === 'FlowMapping' || node.name === 'FlowSequence') && node.from < position) {
      const closed = /[}\]]/.test(state.sliceDoc(node.to - 1, node.to)) && node.to <= position;
      if (!closed) flow = node.from;
    }
    if (!node.parent) break;
    node = node.parent;
  }
  return placeAt(state.doc.toString(), position, flow);
}

type Completions = CompletionResult | null;

export function completions(
  help: () => Help,
): (context: CompletionContext) => Completions | Promise<Completions> {
  const source = (context: CompletionContext): Completions | Promise<Completions> => {
    const { schema, say, arrived } = help();
    if (!schema) return context.explicit && arrived ? arrived.then(() => source(context)) : null;
    const place = placeIn(context.state, context.pos);
    if (!place || place.from > context.pos) return null;
    if (!context.explicit && place.from === context.pos) return null;
    const walker = walkerOf(schema);
    const found =
      place.is === 'key'
        ? keysAt(walker, place, say, context)
        : valuesAt(walker, place, context.state.doc.toString());
    if (found.length === 0) return null;
    return { from: place.from, options: found, validFor: place.is === 'key' ? /^[\w-]*$/ : /^[^\s,{}[\]]*$/ };
  };
  return source;
}

function keysAt(walker: SchemaWalker, place: Place, say: Texts, context: CompletionContext): Completion[] {
  const there = new Set(place.siblings);
  const rest = context.state.sliceDoc(context.pos, context.state.doc.lineAt(context.pos).to);
  const keyed = /^[\w-]*\s*:/.test(rest);
  return walker
    .keys(place.path, place.siblings)
    .filter((key) => !there.has(key.name))
    .map((key, at) => {
      const what: Completion = {
        label: key.name,
        type: 'property',
        detail: key.required ? `${key.kind} · ${say.editorRequired}` : key.kind,
        info: () => told(key, walker, place, say),
        boost: (key.required ? 50 : 0) - at / 100,
      };
      return keyed ? what : snippetCompletion(`${key.name}: \${}`, what);
    });
}

function valuesAt(walker: SchemaWalker, place: Place, text: string): Completion[] {
  if (place.path[place.path.length - 1] === 'source')
    return sourcesOf(text).map((label) => ({ label, type: 'constant' }));
  return walker.values(place.path).map(({ text: label, closed }, at) => ({
    label,
    type: closed ? 'enum' : 'text',
    boost: (closed ? 10 : 0) - at / 100,
  }));
}

/** The sources that the file names, for `source`. */
export function sourcesOf(text: string): string[] {
  const found: string[] = [];
  let within = false;
  let indent = '';
  for (const line of text.split('\n')) {
    if (/^\S/.test(line)) [within, indent] = [/^sources\s*:/.test(line), ''];
    const key = within ? /^( +)([^\s#:][^:]*):(?:\s|$)/.exec(line) : null;
    if (!key?.[1] || !key[2]) continue;
    indent ||= key[1];
    if (key[1] === indent) found.push(key[2]);
  }
  return found;
}

export function hover(help: () => Help): ReturnType<typeof hoverTooltip> {
  return hoverTooltip((view, position): Tooltip | null => {
    const { schema, say } = help();
    if (!schema) return null;
    const walker = walkerOf(schema);
    const line = view.state.doc.lineAt(position);
    const word = /[\w.-]*$/.exec(line.text.slice(0, position - line.from))?.[0] ?? '';
    const place = placeIn(view.state, position - word.length);
    if (!place) return null;
    const from = place.from;
    const key = place.is === 'key' ? (/^[\w.-]+/.exec(line.text.slice(from - line.from))?.[0] ?? '') : '';
    const path = place.is === 'key' ? place.path : place.path.slice(0, -1);
    const name = key || String(place.path[place.path.length - 1] ?? '');
    const found = walker.key(path, name, place.siblings);
    if (!found) return null;
    return {
      pos: place.is === 'key' ? from : position - word.length,
      end: place.is === 'key' ? from + name.length : position,
      create: () => ({ dom: told(found, walker, { ...place, path }, say) }),
    };
  });
}

/** What the schema says of a key. */
function told(key: KeyFound, walker: SchemaWalker, place: Place, say: Texts): HTMLElement {
  const dom = document.createElement('div');
  dom.className = 'schema-info';
  const head = document.createElement('p');
  const name = document.createElement('strong');
  name.textContent = key.name;
  const kind = key.required ? say.editorRequired : say.editorOptional;
  head.append(name, ` · ${key.kind ? `${key.kind} · ` : ''}${kind}`);
  dom.append(head);
  if (key.description) dom.append(worded(key.description));
  const values = walker.values([...place.path, key.name]);
  const closed = values.filter((one) => one.closed).map((one) => one.text);
  if (closed.length > 0) dom.append(listed(say.editorOneOf, closed.slice(0, 20)));
  const examples = values.filter((one) => !one.closed).map((one) => one.text);
  if (examples.length > 0) dom.append(listed(say.editorExample, examples.slice(0, 3)));
  const left = key.schema.default;
  if (left !== undefined && left !== null && typeof left !== 'object')
    dom.append(listed(say.editorDefault, [String(left)]));
  return dom;
}

function listed(head: string, words: readonly string[]): HTMLElement {
  const line = document.createElement('p');
  line.append(`${head}: `);
  words.forEach((word, at) => {
    const code = document.createElement('code');
    code.textContent = word;
    line.append(...(at > 0 ? [', ', code] : [code]));
  });
  return line;
}

/** A text in which code stands between back ticks. */
function worded(text: string): HTMLElement {
  const line = document.createElement('p');
  text.split('`').forEach((part, at) => {
    if (at % 2 === 0) return line.append(part.replaceAll('\n', ' '));
    const code = document.createElement('code');
    code.textContent = part;
    line.append(code);
  });
  return line;
}
