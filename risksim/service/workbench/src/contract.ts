/**
 * What the page and the service say to each other, and what the shell of the page gives to its panels.
 *
 * The first part gives short names to shapes of `openapi.ts`, which `npm run contract` writes from the description of
 * the service's API. The second part is the border between the shell (src/App.svelte, src/state, src/controls) and what
 * shows answers (src/panels, src/charts, src/editor).
 */

import type {
  CompareAsked as CompareBody,
  CompareShown,
  DealAsked as DealBody,
  FaultFound,
  InputShown,
  InputsAsked as InputsBody,
  InputsShown,
  LiveAnswer,
  LiveAsked as LiveBody,
  ProblemDetails,
} from './openapi';

// ---------------------------------------------------------------- the service

export type {
  Assumed as AssumedShown,
  CellShown,
  ChartShown,
  CompareShown as Compared,
  Ends,
  FaultFound,
  FigureShown,
  InputShown,
  InputsShown,
  LiveAnswer,
  ProblemDetails,
  TableShown,
} from './openapi';

/** A question of which the page leaves nothing to the service. */
type Whole<Body> = Required<Omit<Body, 'of'>> & { of: DealAsked };

/** Exactly one of `deal`, `shipped` and `text`; `revision` only beside `deal`. The others are left out, never null. */
export type DealAsked = { [Key in keyof DealBody]: NonNullable<DealBody[Key]> };
export type InputsAsked = Whole<InputsBody>;
/** The seed is at most 2^53 - 1 on the page, which JavaScript carries exactly. */
export type LiveAsked = Whole<LiveBody>;
export type CompareAsked = Whole<CompareBody>;

/** An input's id, as `cohorts[0].participants`, to what it was moved to; a date as `2027-01-01`. */
export type Moved = LiveAsked['set'];
export type Language = LiveAsked['language'];
export type Part = LiveAsked['parts'][number];
export type Group = InputShown['group'];
/** A share is 0 to 1 in JSON and percent on the page. */
export type Kind = InputShown['kind'];

// What the description says as numbers and lists is not part of its types; contract.test.ts holds these to it.
export const GROUPS: readonly Group[] = [
  'success',
  'enrolment',
  'dropout',
  'price',
  'cap',
  'guarantee',
  'time',
  'money',
  'terms',
  'financing',
  'dates',
  'other',
];
/** Folded until somebody looks for one of them. */
export const FURTHER: ReadonlySet<Group> = new Set<Group>(['terms', 'financing', 'dates', 'other']);
export const PARTS: readonly Part[] = ['returns', 'answer', 'lines', 'parties', 'drivers', 'stresses'];
export const FEWEST_PATHS = 256;
export const MOST_PATHS = 100_000;
export const MOST_TEXT = 1_000_000;
export const MOST_VARIANTS = 4;

/** Ends of an axis, in the deal's currency. */
export interface Span {
  low: number;
  high: number;
}

// ---------------------------------------------------------------- between the shell and its panels

/** A variant as its neighbours see it. */
export interface VariantShown {
  id: string;
  name: string;
  set: Moved;
}

/**
 * src/panels/Answers.svelte: every panel of one answer.
 *
 * `answer` grows: the parts that follow when the slider rests keep their last value until then, and `resting` says
 * which of them are older than the rest. With `stale` the shell is waiting for newer numbers: dim, never blank.
 */
export interface AnswersProps {
  answer: LiveAnswer | null;
  stale: boolean;
  /** Parts whose charts and tables belong to an earlier position of the sliders. */
  behind?: readonly Part[];
  /** Loss bound, in the deal's currency, over `answer.ends`. */
  bound: number;
  onbound: (bound: number) => void;
  language: Language;
  /** Where several variants stand side by side: fewer words, same panels. */
  narrow?: boolean;
  /** Ends of the axis of results that all variants share. */
  span?: Span | null;
}

/** src/panels/Compare.svelte: the variants side by side; `answers[i]` belongs to `variants[i]`. */
export interface CompareProps {
  variants: readonly VariantShown[];
  answers: readonly (LiveAnswer | null)[];
  stale: boolean;
  inputs: InputsShown | null;
  language: Language;
  /** Differences with their standard errors, once the sliders rest. */
  compared?: CompareShown | null;
  /** `compared` belongs to an earlier position of the sliders. */
  behind?: boolean;
  /** Why they could not be compared. */
  problem?: ProblemDetails | null;
}

/** src/panels/Assumed.svelte: what is assumed, always in view; `set` marks what was moved. */
export interface AssumedProps {
  inputs: InputsShown | null;
  set: Moved;
  language: Language;
  /** Called when a reader wants to see the line in the file. */
  online?: (line: number) => void;
}

/** src/editor/Editor.svelte: the scenario file, with the schema's completion and mistakes in place. */
export interface EditorProps {
  text: string;
  onchange: (text: string) => void;
  faults: readonly FaultFound[];
  /** JSON schema of a scenario file, or null until it came. */
  schema: Record<string, unknown> | null;
  /** Of the content security policy, for CodeMirror's style element. */
  nonce: string;
  language: Language;
  readonly?: boolean;
  /** Line to bring into view; changes when somebody asks for one. */
  line?: number | null;
}
