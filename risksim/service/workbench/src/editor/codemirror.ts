/** The editor itself, by CodeMirror. Nothing else imports it, so that it is loaded when a file is opened. */

import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Annotation, Compartment, EditorState, type Extension, type Text } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { FaultFound } from '../contract';
import type { Texts } from '../panels/language';
import { completions, hover, type Help } from './assist';
import type { Schema } from './schema';

export interface Wanted {
  text: string;
  say: Texts;
  schema: Schema | null;
  nonce: string;
  readonly: boolean;
  onchange: (text: string) => void;
  /** Identifiers of what describes the editor to who listens. */
  described: string;
}

const given = Annotation.define<boolean>();

const look = EditorView.theme({
  '&': {
    fontSize: '0.875rem',
    color: 'var(--ink, #1a1a1a)',
    backgroundColor: 'var(--raised, #fff)',
    border: '1px solid var(--edge, #767d85)',
    borderRadius: 'var(--radius, 4px)',
    height: '100%',
  },
  '&.cm-focused': { outline: '3px solid var(--focus, #0b4f80)', outlineOffset: '1px' },
  '.cm-scroller': { fontFamily: 'var(--mono, monospace)', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--ink, #1a1a1a)', paddingBlock: '0.5rem' },
  '.cm-cursor': { borderLeftColor: 'var(--ink, #1a1a1a)', borderLeftWidth: '2px' },
  '.cm-gutters': {
    backgroundColor: 'var(--wash, #f1f5f8)',
    color: 'var(--dim, #565b61)',
    borderRight: '1px solid var(--rule, #c6ccd2)',
  },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--accent-wash, #e3eef6) 55%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'var(--accent-wash, #e3eef6)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'color-mix(in srgb, var(--accent, #0b4f80) 28%, transparent)',
  },
  '.cm-tooltip': {
    color: 'var(--ink, #1a1a1a)',
    backgroundColor: 'var(--raised, #fff)',
    border: '1px solid var(--edge, #767d85)',
    borderRadius: 'var(--radius, 4px)',
    maxWidth: 'min(32rem, 90vw)',
  },
  '.cm-tooltip.cm-completionInfo': { width: 'max-content', maxWidth: 'min(24rem, 80vw)' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    color: 'var(--on-accent, #fff)',
    backgroundColor: 'var(--accent, #0b4f80)',
  },
  '.cm-completionDetail': { fontStyle: 'normal', opacity: '0.8' },
  '.schema-info': { padding: '0.35rem 0.6rem', fontFamily: 'var(--font, sans-serif)' },
  '.schema-info p': { margin: '0 0 0.25rem' },
  '.cm-diagnostic': { fontFamily: 'var(--font, sans-serif)', whiteSpace: 'pre-line' },
  '.cm-panels': {
    color: 'var(--ink, #1a1a1a)',
    backgroundColor: 'var(--wash, #f1f5f8)',
    borderColor: 'var(--rule, #c6ccd2)',
  },
  '.cm-panel.cm-search label': { fontSize: '0.8125rem' },
  '.cm-textfield': {
    color: 'inherit',
    backgroundColor: 'var(--raised, #fff)',
    border: '1px solid var(--edge, #767d85)',
  },
  '.cm-button': {
    color: 'var(--accent, #0b4f80)',
    backgroundImage: 'none',
    backgroundColor: 'var(--raised, #fff)',
    border: '1px solid var(--edge, #767d85)',
  },
  '.cm-searchMatch': { backgroundColor: 'color-mix(in srgb, var(--chart-gold, #f0b83c) 45%, transparent)' },
});

const colours = HighlightStyle.define([
  { tag: tags.definition(tags.propertyName), color: 'var(--accent, #0b4f80)' },
  { tag: tags.propertyName, color: 'var(--accent, #0b4f80)' },
  { tag: tags.comment, color: 'var(--dim, #565b61)', fontStyle: 'italic' },
  { tag: [tags.string, tags.attributeValue], color: 'var(--good, #1b6b3a)' },
  { tag: [tags.number, tags.bool], color: 'var(--warning, #7a4b00)' },
]);

/** An editor in its place; what changes later is told to it. */
export class Editing {
  readonly view: EditorView;
  private readonly language = new Compartment();
  private readonly tone = new Compartment();
  private readonly rights = new Compartment();
  private readonly dark = matchMedia('(prefers-color-scheme: dark)');
  private help: Help;
  private arrive: () => void = () => {};

  constructor(place: HTMLElement, wanted: Wanted) {
    const arrived = new Promise<void>((resolve) => (this.arrive = resolve));
    this.help = { schema: wanted.schema, say: wanted.say, arrived };
    this.view = new EditorView({
      parent: place,
      state: EditorState.create({ doc: wanted.text, extensions: this.extensions(wanted) }),
    });
    this.dark.addEventListener('change', this.turn);
  }

  /** Puts another text into the editor, which is not told back; false where it is there already. */
  put(text: string): boolean {
    if (text === this.view.state.doc.toString()) return false;
    this.view.dispatch({
      changes: { from: 0, to: this.view.state.doc.length, insert: text },
      annotations: given.of(true),
    });
    return true;
  }

  speak(say: Texts): void {
    this.help = { ...this.help, say };
    this.view.dispatch({ effects: this.language.reconfigure(phrases(say)) });
  }

  know(schema: Schema | null): void {
    this.help = { ...this.help, schema };
    if (schema) this.arrive();
  }

  lock(readonly: boolean): void {
    this.view.dispatch({ effects: this.rights.reconfigure(rightsOf(readonly)) });
  }

  mark(faults: readonly FaultFound[], say: Texts): void {
    const found = faults.map((fault) => diagnosticOf(this.view.state.doc, fault, say));
    this.view.dispatch(setDiagnostics(this.view.state, found));
  }

  /** Brings a line into view and puts the cursor there. */
  goTo(line: number, column = 1): void {
    const { doc } = this.view.state;
    const found = doc.line(Math.min(Math.max(line, 1), doc.lines));
    const at = Math.min(found.from + column - 1, found.to);
    this.view.dispatch({
      selection: { anchor: at },
      effects: EditorView.scrollIntoView(at, { y: 'center' }),
    });
    this.view.focus();
  }

  close(): void {
    this.dark.removeEventListener('change', this.turn);
    this.view.destroy();
  }

  private readonly turn = (): void =>
    this.view.dispatch({ effects: this.tone.reconfigure(EditorView.darkTheme.of(this.dark.matches)) });

  private extensions(wanted: Wanted): Extension[] {
    return [
      wanted.nonce ? EditorView.cspNonce.of(wanted.nonce) : [],
      lineNumbers(),
      highlightActiveLineGutter(),
      foldGutter(),
      lintGutter(),
      history(),
      drawSelection(),
      indentOnInput(),
      indentUnit.of('  '),
      bracketMatching(),
      closeBrackets(),
      autocompletion({ override: [completions(() => this.help)], icons: false }),
      hover(() => this.help),
      highlightActiveLine(),
      highlightSelectionMatches(),
      search({ top: true }),
      yaml(),
      syntaxHighlighting(colours),
      look,
      this.tone.of(EditorView.darkTheme.of(this.dark.matches)),
      this.language.of(phrases(wanted.say)),
      this.rights.of(rightsOf(wanted.readonly)),
      EditorView.contentAttributes.of({
        'aria-describedby': wanted.described,
        spellcheck: 'false',
        tabindex: '0',
      }),
      // Tab indents; Escape and then Tab leaves, which CodeMirror sees to and the text under the editor says.
      keymap.of([
        ...closeBracketsKeymap,
        ...defaultKeymap,
        ...searchKeymap,
        ...historyKeymap,
        ...foldKeymap,
        ...completionKeymap,
        ...lintKeymap,
        ...(wanted.readonly ? [] : [indentWithTab]),
      ]),
      EditorView.updateListener.of((update) => {
        if (update.docChanged && !update.transactions.some((one) => one.annotation(given)))
          wanted.onchange(update.state.doc.toString());
      }),
    ];
  }
}

function phrases(say: Texts): Extension {
  return [EditorState.phrases.of(say.phrases), EditorView.contentAttributes.of({ 'aria-label': say.editor })];
}

function rightsOf(readonly: boolean): Extension {
  return [EditorState.readOnly.of(readonly), EditorView.editable.of(true)];
}

/** A mistake as a mark in the text: the word at its place, or the line where it has no column. */
function diagnosticOf(doc: Text, fault: FaultFound, say: Texts): Diagnostic {
  const line = doc.line(Math.min(Math.max(fault.line ?? 1, 1), doc.lines));
  const from = Math.min(line.from + Math.max((fault.column ?? 1) - 1, 0), line.to);
  const word = /^[^\s,{}[\]#]+/.exec(line.text.slice(from - line.from))?.[0] ?? '';
  const to = Math.max(from + word.length, Math.min(from + 1, line.to));
  return {
    from,
    to,
    severity: 'error',
    message: `${fault.path ? `${fault.path}: ` : ''}${fault.found}\n${say.editorTry}: ${fault.remedy}`,
  };
}
