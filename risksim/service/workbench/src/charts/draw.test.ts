import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ChartShown, LiveAnswer } from '../contract';
import { compiled, fill, viewOf } from './draw';
import { template, themed } from './template';

const answer = JSON.parse(readFileSync('src/sample/live.da.json', 'utf8')) as LiveAnswer;
const charts = Object.entries(answer.charts);

/** The same chart after an answer in which every number grew. */
function moved(chart: ChartShown): ChartShown {
  const grown = (value: unknown): unknown => {
    if (typeof value === 'number') return 1.25 * value;
    return value;
  };
  const datasets = Object.fromEntries(
    Object.entries(chart.datasets).map(([name, rows]) => [
      name,
      rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, grown(value)]))),
    ]),
  );
  return { ...chart, datasets };
}

async function drawn(chart: ChartShown): Promise<string> {
  const what = template(chart, 'page');
  const view = viewOf(compiled(what), 'da');
  fill(view, what);
  view.signal('width', 700);
  await view.runAsync();
  return view.toSVG();
}

describe.each(charts)('%s', (_name, chart) => {
  it('is drawn without a hole', async () => {
    const svg = await drawn(chart);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(svg).toMatch(/<path|<text/);
  });

  it('keeps its drawing in every language of numbers and changes with its rows', () => {
    const [first, second] = [template(chart, 'page'), template(moved(chart), 'page')];
    expect(second.key).toBe(first.key);
    expect(compiled(second)).toBe(compiled(first));
  });
});

it('swaps rows and draws what a new drawing would', async () => {
  const chart = answer.charts.exceedance;
  if (!chart) throw new Error('the sample has no exceedance curve');
  const other = moved(chart);
  const [before, after] = [template(chart, 'page'), template(other, 'page')];
  const view = viewOf(compiled(before), 'da');
  fill(view, before);
  view.signal('width', 700);
  await view.runAsync();
  const first = await view.toSVG();
  fill(view, after);
  await view.runAsync();
  const swapped = await view.toSVG();
  expect(swapped).not.toBe(first);
  const [own, fresh] = [coordinates(swapped), coordinates(await drawn(other))];
  expect(own).toHaveLength(fresh.length);
  // The room for labels is found by steps of a pixel, from another start.
  const furthest = Math.max(...own.map((one, at) => Math.abs(one - (fresh[at] ?? Number.NaN))));
  expect(furthest).toBeLessThanOrEqual(1.5);
});

it('takes moving numbers out of a specification', () => {
  const chart = (high: number, name: string): ChartShown => ({
    name: 'x',
    spec: {
      data: { name: 'rows' },
      description: name,
      mark: { type: 'bar', color: '#1a1a1a' },
      encoding: {
        x: { field: 'a', type: 'quantitative', scale: { domain: [0, high] } },
        y: { field: 'b', axis: { labelExpr: `datum.value > ${high} ? '' : datum.value / 1000` } },
        color: { field: 'c', scale: { domain: [name], range: ['#b8430a'] } },
      },
    },
    datasets: { rows: [{ a: 1, b: 2, c: name }] },
    label: '',
    alt: '',
    caption: '',
    table: { name: 'x', caption: '', head: [], rows: [], notes: [], emphasised: [] },
  });
  const [one, other] = [
    template(chart(3.5, 'loss (28 %)'), 'page'),
    template(chart(7, 'loss (30 %)'), 'page'),
  ];
  expect(one.key).toBe(other.key);
  expect(one.parameters).toEqual({ given0: [0, 3.5], given1: 3.5, given2: ['loss (28 %)'] });
  expect(other.parameters).toEqual({ given0: [0, 7], given1: 7, given2: ['loss (30 %)'] });
  expect(JSON.stringify(one.spec)).toContain('datum.value / 1000');
  expect(template(chart(3.5, 'x'), 'phone').key).not.toBe('');
});

it('lets colours follow the theme', () => {
  expect(themed('#1a1a1a')).toBe('var(--chart-ink, #1a1a1a)');
  expect(themed('#123456')).toBe('#123456');
});

function coordinates(svg: string): number[] {
  return [...svg.matchAll(/ d="([^"]*)"/g)].flatMap((found) =>
    [...(found[1] ?? '').matchAll(/-?[\d.]+(?:e-?\d+)?/g)].map((one) => Number(one[0])),
  );
}
