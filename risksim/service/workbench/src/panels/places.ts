/** Which charts and tables of an answer stand in which panel, so that nothing is lost that the service sends. */

import type { ChartShown, LiveAnswer, Part, TableShown } from '../contract';
import type { Texts } from './language';

export type PanelName =
  'exceedance' | 'repayment' | 'lines' | 'payers' | 'budgets' | 'drivers' | 'stresses' | 'more';

export interface Place {
  name: PanelName;
  heading: (say: Texts) => string;
  /** Part of the answer with which it comes. */
  part: Part;
  /** First words of the names of its charts and tables. */
  holds: readonly string[];
  wide: boolean;
}

export const PLACES: readonly Place[] = [
  {
    name: 'exceedance',
    heading: (say) => say.exceedance,
    part: 'answer',
    holds: ['exceedance'],
    wide: false,
  },
  {
    name: 'repayment',
    heading: (say) => say.repayment,
    part: 'answer',
    holds: ['repayment', 'years'],
    wide: false,
  },
  { name: 'lines', heading: (say) => say.lines, part: 'lines', holds: ['lines', 'three'], wide: false },
  {
    name: 'payers',
    heading: (say) => say.payers,
    part: 'parties',
    holds: ['waterfall', 'payers', 'tranches'],
    wide: false,
  },
  {
    name: 'budgets',
    heading: (say) => say.budgets,
    part: 'parties',
    holds: ['budgets', 'parties'],
    wide: false,
  },
  {
    name: 'drivers',
    heading: (say) => say.drivers,
    part: 'drivers',
    holds: ['drivers', 'split'],
    wide: true,
  },
  { name: 'stresses', heading: (say) => say.stresses, part: 'stresses', holds: ['stresses'], wide: true },
];
const MORE: Place = { name: 'more', heading: (say) => say.more, part: 'answer', holds: [], wide: true };

export interface Placed {
  place: Place;
  charts: ChartShown[];
  tables: TableShown[];
}

/** The panels of an answer after the histogram, in their order; empty ones are left out. */
export function placed(answer: LiveAnswer): Placed[] {
  const all = PLACES.map((place): Placed => ({ place, charts: [], tables: [] }));
  const more: Placed = { place: MORE, charts: [], tables: [] };
  for (const [name, chart] of Object.entries(answer.charts))
    if (name !== 'returns') seat(all, name, more).charts.push(named(chart, name));
  for (const [name, table] of Object.entries(answer.tables)) seat(all, name, more).tables.push(table);
  return [...all, more].filter((one) => one.charts.length + one.tables.length > 0);
}

function seat(all: Placed[], name: string, more: Placed): Placed {
  return (
    all.find((one) => one.place.holds.some((word) => name === word || name.startsWith(`${word}-`))) ?? more
  );
}

/** Charts by the name under which they were sent: two may be made by the same hand. */
function named(chart: ChartShown, name: string): ChartShown {
  return { ...chart, name };
}

/** Panels as they stand on the page: one across it, or some in two stacks beside each other. */
export type Run = { whole: Placed } | { stacks: [Placed[], Placed[]] };

export function runs(panels: readonly Placed[]): Run[] {
  const found: Run[] = [];
  for (const panel of panels) {
    const last = found[found.length - 1];
    if (panel.place.wide) found.push({ whole: panel });
    else if (last && 'stacks' in last) {
      const [left, right] = last.stacks;
      (left.length > right.length ? right : left).push(panel);
    } else found.push({ stacks: [[panel], []] });
  }
  return found;
}
