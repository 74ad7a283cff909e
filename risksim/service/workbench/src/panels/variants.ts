/** Variants beside each other: key figures, their differences, and curves on common axes. */

import type {
  CellShown,
  ChartShown,
  InputsShown,
  Kind,
  Language,
  LiveAnswer,
  Moved,
  TableShown,
  VariantShown,
} from '../contract';
import { inWords } from '../language/values';
import { summed, type Summed } from './below';
import { aroundOf, differenceOf, scaleOf } from './figures';
import { texts } from './language';
import { percent, rounded, unitOf } from './numbers';

export type Shown = 'values' | 'absolute' | 'relative';

/** What was moved in a variant, in words. */
export function movedWords(set: Moved, inputs: InputsShown | null, language: Language): string[] {
  return Object.entries(set).map(([id, to]) => {
    const input = inputs?.inputs.find((one) => one.id === id);
    return `${input?.title ?? id}: ${valueWords(to, input?.kind, inputs?.currency ?? '', language)}`;
  });
}

export function valueWords(
  value: number | string,
  kind: string | undefined,
  currency: string,
  language: Language,
): string {
  return inWords(value, (kind ?? 'number') as Kind, currency, language);
}

/** Key figures: a row for each, a column for each variant. */
export function comparison(
  variants: readonly VariantShown[],
  answers: readonly (LiveAnswer | null)[],
  shown: Shown,
  language: Language,
): TableShown {
  const say = texts(language);
  const first = answers[0] ?? null;
  const figures = first?.figures ?? answers.find((one) => one !== null)?.figures ?? [];
  const rows = figures.map((figure): CellShown[] => {
    const base = first?.figures.find((one) => one.key === figure.key);
    const cells = variants.map((_variant, at): CellShown => {
      const own = answers[at]?.figures.find((one) => one.key === figure.key);
      if (!own) return { text: '', value: null };
      if (shown === 'values' || at === 0) {
        const around = aroundOf(own, language);
        return { text: around ? `${own.text} ${around}` : own.text, value: own.value };
      }
      if (!base || own.value === null || base.value === null) return { text: '–', value: null };
      const difference = own.value - base.value;
      // As though both were drawn apart: those that meet the same futures err less, so no digit is shown too many.
      const error = Math.hypot(own.standard_error ?? 0, base.standard_error ?? 0);
      return shown === 'relative'
        ? relative(difference, base.value, error, language)
        : { text: differenceWords(own, difference, error, language), value: difference };
    });
    return [{ text: figure.label, value: null }, ...cells];
  });
  return {
    name: 'variants',
    caption: say.compareTable,
    head: [say.figure, ...variants.map((variant) => variant.name)],
    rows,
    notes: shown === 'relative' ? [say.noBaseline] : [],
    emphasised: [],
  };
}

function differenceWords(
  figure: {
    text: string;
    key: string;
    label: string;
    value: number | null;
    standard_error: number | null;
    hint: string;
  },
  difference: number,
  error: number,
  language: Language,
): string {
  const say = texts(language);
  if (scaleOf(figure) !== 100 && Math.abs(difference) < 0.5 * error * 1e-9) return '0';
  return differenceOf(figure, difference, error, language, say.points);
}

function relative(difference: number, base: number, error: number, language: Language): CellShown {
  if (base === 0) return { text: '–', value: null };
  const share = difference / Math.abs(base);
  const text = percent(share, error / Math.abs(base), 1, language);
  return { text: share > 0 && !/^[0.,\s]+%$/.test(text) ? `+${text}` : text, value: share };
}

const POINTS = 160;
const COLOURS = ['#0b4f80', '#b8430a', '#5b2a0a', '#4f93c4'];
const DASHES = [
  [1, 0],
  [7, 3],
  [2, 2],
  [9, 3, 2, 3],
];

/** Falling curves of all variants on the same axes; null while fewer than two are there. */
export function curves(
  variants: readonly VariantShown[],
  answers: readonly (LiveAnswer | null)[],
  language: Language,
): ChartShown | null {
  const say = texts(language);
  const there = variants.flatMap((variant, at) => {
    const answer = answers[at];
    return answer?.ends && answer.ends.values.length > 1
      ? [{ name: variant.name, ends: summed(answer.ends), currency: answer.currency }]
      : [];
  });
  if (there.length < 2) return null;
  const extremes = there.flatMap((one) => [
    one.ends.values[0] ?? 0,
    one.ends.values[one.ends.values.length - 1] ?? 0,
  ]);
  const unit = unitOf(extremes, there[0]?.currency ?? '', language);
  const rows = there.flatMap((one) => curve(one.ends).map((point) => ({ ...point, variant: one.name })));
  const names = there.map((one) => one.name);
  const x = {
    field: 'result',
    type: 'quantitative',
    title: say.resultAtLeast(unit.title),
    axis: { labelExpr: `format(datum.value / ${unit.scale}, ',.2~f')`, tickCount: 6 },
    scale: { domain: [Math.min(...extremes, 0), Math.max(...extremes, 0)], nice: false, zero: false },
  };
  const kinds = {
    field: 'variant',
    type: 'nominal',
    legend: { symbolType: 'stroke', symbolSize: 300, columns: 4 },
  };
  const spec = {
    width: 661,
    height: 260,
    padding: 4,
    autosize: { type: 'fit', contains: 'padding' },
    data: { name: 'rows' },
    layer: [
      {
        mark: { type: 'line', interpolate: 'step-before', strokeWidth: 2, clip: true },
        encoding: {
          x,
          y: {
            field: 'chance',
            type: 'quantitative',
            title: say.probability,
            axis: { labelExpr: "format(100 * datum.value, ',.2~f') + ' %'", tickCount: 5, grid: true },
            scale: { domain: [0, 1] },
          },
          color: { ...kinds, scale: { domain: names, range: COLOURS.slice(0, names.length) } },
          strokeDash: { ...kinds, scale: { domain: names, range: DASHES.slice(0, names.length) } },
          order: { field: 'result', type: 'quantitative' },
        },
      },
      {
        data: { name: 'nought' },
        mark: { type: 'rule', strokeDash: [4, 3], color: '#1a1a1a' },
        encoding: { x: { field: 'result', type: 'quantitative' } },
      },
    ],
    config: {
      view: { stroke: null },
      axis: {
        grid: false,
        domainColor: '#6b6b6b',
        tickColor: '#6b6b6b',
        labelColor: '#1a1a1a',
        titleColor: '#1a1a1a',
        titleFontWeight: 'normal',
        labelFontSize: 12,
        titleFontSize: 12,
      },
      legend: { orient: 'top', title: null, labelColor: '#1a1a1a', labelFontSize: 12, labelLimit: 320 },
    },
  };
  return {
    name: 'variants',
    spec,
    datasets: { rows, nought: [{ result: 0 }] },
    label: '',
    alt: say.compareAlt(names.join(', ')),
    caption: say.compareChart,
    table: quantiles(there, unit, language),
  };
}

/**
 * The probability of at least so much, at some of the values; it falls to nought beyond the last.
 *
 * Between two values it is that of the higher one, as nobody ends in between: so steps go down before it, not after.
 */
function curve(ends: Summed): { result: number; chance: number }[] {
  const count = ends.values.length;
  const all = ends.before[count] ?? 1;
  const step = Math.max(1, Math.ceil(count / POINTS));
  const points: { result: number; chance: number }[] = [];
  for (let at = 0; at < count; at += 1) {
    const before = ends.before[at] ?? 0;
    const isSteep = (ends.before[at + 1] ?? 0) - before > all / POINTS; // many end right here, and are left out by no step
    if (at % step === 0 || isSteep) points.push({ result: ends.values[at] ?? 0, chance: 1 - before / all });
  }
  points.push({ result: ends.values[count - 1] ?? 0, chance: 1 - (ends.before[count - 1] ?? 0) / all });
  return points;
}

const LEVELS = [0.95, 0.9, 0.75, 0.5, 0.25, 0.1, 0.05];

function quantiles(
  there: readonly { name: string; ends: Summed; currency: string }[],
  unit: { scale: number; title: string },
  language: Language,
): TableShown {
  const say = texts(language);
  return {
    name: 'variants-exceedance',
    caption: `${say.compareChart}, ${unit.title}`,
    head: ['', ...there.map((one) => one.name)],
    rows: LEVELS.map((chance) => [
      { text: say.likelier(percent(chance, 0, 0, language)), value: chance },
      ...there.map(({ ends }) => {
        const value = atLeast(ends, chance);
        return { text: rounded(value / unit.scale, 0, 2, language), value };
      }),
    ]),
    notes: [],
    emphasised: [],
  };
}

/** The largest value that is reached with at least some probability. */
export function atLeast(ends: Summed, chance: number): number {
  const count = ends.values.length;
  const all = ends.before[count] ?? 1;
  let found = ends.values[0] ?? 0;
  for (let at = 0; at < count && 1 - (ends.before[at] ?? 0) / all >= chance - 1e-12; at += 1)
    found = ends.values[at] ?? found;
  return found;
}
