/**
 * What of a chart's specification is drawing and what is numbers.
 *
 * The ends of axes, the names in a legend and the height that labels reach are part of a Vega-Lite specification and
 * yet move with every answer. They are taken out into parameters here, so that charts which differ in nothing else
 * share one compiled drawing and only its parameters and rows are exchanged.
 */

import type { ChartShown } from '../contract';

export type Spec = Record<string, unknown>;
export type Rows = Record<string, unknown>[];

export interface Template {
  /** Equal for charts that share a drawing. */
  key: string;
  spec: Spec;
  /** Parameters by name: what was taken out. */
  parameters: Record<string, unknown>;
  /** Rows by the name that the drawing gives them. */
  datasets: Record<string, Rows>;
}

/** How much room a chart has: on a phone, in a column, or across the page. */
export type Room = 'phone' | 'column' | 'page';

/** Room by the width of a chart; with less there are fewer ticks, shorter labels and fewer columns of a legend. */
export function roomOf(width: number): Room {
  return width < 400 ? 'phone' : width < 520 ? 'column' : 'page';
}

const LABELS: Record<Room, number> = { phone: 130, column: 200, page: 400 };
const LEGEND: Record<Room, number> = { phone: 300, column: 390, page: 640 };

const ROWS = 'rows of ';
const LETTERS = 12;
const LETTER = 6.4;
const MOVING = /(datum\.value\s*[<>]=?\s*)(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)/gi;

/** Colours of the memo, which on the page follow light and dark: see chart.css. */
const COLOURS: Record<string, string> = {
  '#1a1a1a': 'ink',
  '#6b6b6b': 'dim',
  '#bbbbbb': 'line',
  white: 'paper',
  '#ffffff': 'paper',
  '#0b4f80': 'dark',
  '#4f93c4': 'middle',
  '#a9cfe8': 'light',
  '#dcebf5': 'pale',
  '#b8430a': 'warm',
  '#f2a55f': 'warm-light',
  '#fdeee3': 'warm-pale',
  '#f0b83c': 'gold',
  '#5b2a0a': 'brown',
};

/** A colour that follows the theme; any other text as it is. */
export function themed(text: string): string {
  const name = COLOURS[text.toLowerCase()];
  return name ? `var(--chart-${name}, ${text})` : text;
}

export function template(chart: ChartShown, room: Room): Template {
  const taking = new Taking(chart, room);
  const spec = taking.whole(chart.spec);
  const datasets: Record<string, Rows> = {};
  for (const [name, rows] of Object.entries(chart.datasets)) datasets[ROWS + name] = rows;
  return { key: JSON.stringify(spec), spec, parameters: taking.parameters, datasets };
}

class Taking {
  readonly parameters: Record<string, unknown> = {};
  private readonly names = new Map<string, string>();

  /** Whether colours are mixed: then words stand on ground that is light by day and by night. */
  private readonly mixed: boolean;
  private readonly small: boolean;

  constructor(
    private readonly chart: ChartShown,
    private readonly room: Room,
  ) {
    this.small = room !== 'page';
    this.mixed = JSON.stringify(chart.spec).includes('"interpolate"');
  }

  whole(spec: Spec): Spec {
    const { config, ...drawing } = spec;
    const found = this.each(drawing, '') as Spec;
    const look = this.each(config ?? {}, 'config') as Spec;
    found.config = { ...look, ...LOOK, axis: { ...(look.axis as Spec | undefined), gridColor: GRID } };
    for (const name of ['$schema', 'description', 'background', 'title', 'params']) delete found[name];
    delete (found.config as Spec).locale; // the page's own
    const given = (spec.params as Spec[] | undefined) ?? [];
    const own = Object.keys(this.parameters).map((name) => ({ name, value: this.startOf(name) }));
    if (given.length + own.length > 0) found.params = [...given, ...own];
    return found;
  }

  /** What a parameter is while the drawing is compiled: the same for all, so that the key doesn't move. */
  private startOf(name: string): unknown {
    const value = this.parameters[name];
    if (!Array.isArray(value)) return 0;
    return value.map((one, place) => (typeof one === 'number' ? place : String(place)));
  }

  private each(part: unknown, key: string): unknown {
    if (Array.isArray(part)) return part.map((one) => this.each(one, key));
    if (typeof part === 'string') return this.text(part, key);
    if (part === null || typeof part !== 'object') {
      return this.small && key === 'tickCount' && typeof part === 'number' ? Math.min(part, 4) : part;
    }
    const found: Spec = {};
    for (const [name, value] of Object.entries(part))
      found[name] = this.member(name, value, part as Spec, key);
    return found;
  }

  private member(name: string, value: unknown, within: Spec, key: string): unknown {
    if (key === 'data' && name === 'name' && typeof value === 'string')
      return value in this.chart.datasets ? ROWS + value : value;
    if (key === 'scale' && name === 'domain' && this.moves(value, within))
      return { expr: this.parameter(value) };
    if (name === 'labelExpr' && typeof value === 'string')
      return value.replace(MOVING, (_all, before: string, number: string) => {
        return before + this.parameter(Number(number));
      });
    if (name === 'fontSize' || name === 'labelFontSize' || name === 'titleFontSize')
      return typeof value === 'number' ? Math.max(value, LETTERS) : value;
    if (this.small && name === 'legend' && value !== null && typeof value === 'object')
      return this.each({ ...value, columns: this.columns(value as Spec, within) }, name);
    if (key === 'config') return this.each(value, key);
    if (this.small && name === 'labelLimit' && typeof value === 'number')
      return Math.min(value, LABELS[this.room]);
    return this.each(value, name);
  }

  /** Whether a domain is numbers or names of this answer; a scale of colours that are mixed is drawing. */
  private moves(domain: unknown, scale: Spec): boolean {
    if (!Array.isArray(domain) || domain.length === 0 || scale.interpolate !== undefined) return false;
    return domain.every((one) => typeof one === 'number') || domain.every((one) => typeof one === 'string');
  }

  private parameter(value: unknown): string {
    const said = JSON.stringify(value);
    let name = this.names.get(said);
    if (name === undefined) {
      name = `given${this.names.size}`;
      this.names.set(said, name);
      this.parameters[name] = value;
    }
    return name;
  }

  private columns(legend: Spec, encoding: Spec): number {
    const domain = (encoding.scale as Spec | undefined)?.domain;
    const longest = Array.isArray(domain) ? Math.max(...domain.map((one) => String(one).length)) : 20;
    const most = typeof legend.columns === 'number' ? legend.columns : 2;
    return Math.max(1, Math.min(most, Math.floor(LEGEND[this.room] / (longest * LETTER + 32))));
  }

  private text(text: string, key: string): string {
    if (key === 'expr' || key === 'filter' || key === 'calculate') return text;
    return this.mixed && key !== 'config' ? text : themed(text);
  }
}

const LOOK: Spec = {
  font: 'Roboto, system-ui, -apple-system, "Segoe UI", sans-serif',
  aria: false, // the frame of the chart says what is seen, and the table behind it says all
  background: 'transparent',
};
const GRID = 'var(--chart-grid, #dddddd)';
