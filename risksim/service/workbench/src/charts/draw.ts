/** Draws charts by Vega. Nothing else imports Vega, so that it is loaded when a chart first needs it. */

import { expressionInterpreter } from 'vega-interpreter';
import { parse, View, Warn, logger, type LocaleFormatters, type Runtime, type Spec as VegaSpec } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { ChartShown, Language } from '../contract';
import { LOCALES } from './locales';
import { roomOf, template, type Rows, type Template } from './template';

/** Where the drawing has its axes, in pixels from the upper left corner of the chart. */
export interface Plot {
  left: number;
  top: number;
  width: number;
  height: number;
  /** Ends of the horizontal axis where it has numbers. */
  low: number;
  high: number;
  /** The whole drawing, axes and all: what lies over it shrinks with it on paper. */
  whole: { width: number; height: number };
}

const MOST_KEPT = 60;
const kept = new Map<string, Runtime>();
const quiet = logger(Warn, 'warn', () => {});

/** The compiled drawing of a template; each is compiled once. */
export function compiled(what: Template): Runtime {
  let found = kept.get(what.key);
  if (!found) {
    const { spec } = compile(what.spec as unknown as TopLevelSpec, { logger: quiet });
    found = parse(joined(spec as VegaSpec), {}, { ast: true });
    if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value ?? '');
    kept.set(what.key, found);
  }
  return found;
}

/** Colour and shape that say the same in one legend: Vega-Lite writes two where marks carry constants. */
function joined(spec: VegaSpec): VegaSpec {
  const domain = (name: unknown): string =>
    JSON.stringify(spec.scales?.find((scale) => scale.name === name)?.domain ?? null);
  const legends = spec.legends ?? [];
  const shapes = legends.filter((one) => one.shape !== undefined && one.fill === undefined);
  for (const shape of shapes) {
    const colour = legends.find((one) => one.fill !== undefined && domain(one.fill) === domain(shape.shape));
    if (!colour) continue;
    colour.shape = shape.shape;
    delete colour.symbolType;
    legends.splice(legends.indexOf(shape), 1);
  }
  return spec;
}

export function viewOf(runtime: Runtime, language: Language): View {
  return new View(runtime, {
    expr: expressionInterpreter,
    locale: LOCALES[language] as unknown as LocaleFormatters, // definitions, which View makes formatters of
    renderer: 'svg',
    hover: false,
    logLevel: Warn,
  });
}

/** Puts rows and parameters into a drawing; what is asked for is drawn by `runAsync`. */
export function fill(view: View, what: Template): void {
  for (const [name, value] of Object.entries(what.parameters)) view.signal(name, value);
  for (const [name, rows] of Object.entries(what.datasets)) view.data(name, copies(rows));
  view.resize(); // other labels take other room
}

/** Copies of the rows: Vega marks the objects that it is given. */
function copies(rows: Rows): Rows {
  return rows.map((row) => ({ ...row }));
}

/** One chart in its place on the page. */
export class Drawing {
  private view: View | null = null;
  private drawn = '';
  private width = 0;

  constructor(private readonly room: HTMLElement) {}

  /** Draws a chart, or puts its numbers into the drawing that is there. */
  async show(chart: ChartShown, language: Language, width: number): Promise<Plot | null> {
    const what = template(chart, roomOf(width));
    const key = language + what.key;
    if (this.view && key === this.drawn) {
      fill(this.view, what);
      this.resize(width);
      await this.view.runAsync();
      return plotOf(this.view, this.room);
    }
    const place = document.createElement('div');
    const view = viewOf(compiled(what), language);
    fill(view, what);
    view.signal('width', width);
    await view.initialize(place).runAsync();
    this.room.replaceChildren(place);
    this.view?.finalize();
    [this.view, this.drawn, this.width] = [view, key, width];
    return plotOf(view, this.room);
  }

  close(): void {
    this.view?.finalize();
    this.view = null;
    this.room.replaceChildren();
  }

  private resize(width: number): void {
    if (width === this.width || !this.view) return;
    this.width = width;
    this.view.signal('width', width);
  }
}

function plotOf(view: View, room: HTMLElement): Plot | null {
  const [left, top] = view.origin();
  const padding = view.padding() as { left: number; top: number };
  let low = Number.NaN;
  let high = Number.NaN;
  try {
    const scale = view.scale('x') as { domain?: () => unknown[] };
    const domain = scale.domain?.() ?? [];
    if (typeof domain[0] === 'number') [low, high] = [domain[0], domain[domain.length - 1] as number];
  } catch {
    // a chart without a horizontal axis
  }
  const svg = room.querySelector('svg');
  return {
    whole: { width: Number(svg?.getAttribute('width')), height: Number(svg?.getAttribute('height')) },
    left: left + padding.left,
    top: top + padding.top,
    width: view.signal('width') as number,
    height: view.signal('height') as number,
    low,
    high,
  };
}
