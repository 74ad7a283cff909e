import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LiveAnswer, VariantShown } from '../contract';
import { da } from './language/da';
import { en } from './language/en';
import { placed, runs } from './places';
import { summed } from './below';
import { atLeast, comparison, curves, movedWords } from './variants';

const sample = (language: string): LiveAnswer =>
  JSON.parse(readFileSync(`src/sample/live.${language}.json`, 'utf8')) as LiveAnswer;

describe('the panels of an answer', () => {
  it('hold every chart and table that the service sends', () => {
    const answer = sample('en');
    const panels = placed(answer);
    const tables = panels.flatMap((panel) => panel.tables).length;
    const charts = panels.flatMap((panel) => panel.charts).length;
    expect(tables).toBe(Object.keys(answer.tables).length);
    expect(charts).toBe(Object.keys(answer.charts).length - 1); // the histogram has a panel of its own
    expect(panels.map((panel) => panel.place.name)).not.toContain('more');
  });

  it('show what they do not know in a panel of its own', () => {
    const answer = sample('da');
    const table = Object.values(answer.tables)[0];
    if (!table) throw new Error('the sample has no table');
    const panels = placed({ ...answer, tables: { unheard: table }, charts: {} });
    expect(panels.map((panel) => panel.place.name)).toEqual(['more']);
  });

  it('stand in two stacks beside each other, none lost', () => {
    const panels = placed(sample('en'));
    const shown = runs(panels).flatMap((run) => ('whole' in run ? [run.whole] : run.stacks.flat()));
    expect(shown.map((one) => one.place.name).sort()).toEqual(panels.map((one) => one.place.name).sort());
  });
});

describe('variants', () => {
  const variants: VariantShown[] = [
    { id: 'A', name: 'A', set: {} },
    { id: 'B', name: 'B', set: { 'cohorts[0].dropout': 0.125 } },
  ];
  const first = sample('en');
  const second: LiveAnswer = {
    ...first,
    figures: first.figures.map((one, at) => (at === 0 ? { ...one, value: (one.value ?? 0) + 0.05 } : one)),
  };

  it('differ from the first by what they differ, and in per cent of it', () => {
    const base = first.figures[0]?.value ?? 0;
    expect(comparison(variants, [first, second], 'absolute', 'en').rows[0]?.[2]?.value).toBeCloseTo(0.05, 12);
    expect(comparison(variants, [first, second], 'relative', 'en').rows[0]?.[2]?.value).toBeCloseTo(
      0.05 / base,
      12,
    );
    expect(comparison(variants, [first, null], 'absolute', 'en').rows[0]?.[2]?.text).toBe('');
  });

  it('fall on common axes from one to what is left', () => {
    const chart = curves(variants, [first, second], 'da');
    const rows = chart?.datasets.rows ?? [];
    expect(rows[0]?.chance).toBe(1);
    expect(rows.every((row) => Number(row.chance) > 0 && Number(row.chance) <= 1 + 1e-12)).toBe(true);
    expect(curves(variants, [first, null], 'da')).toBeNull();
  });

  it('step down behind a value, as nobody ends between it and the next', () => {
    const few = { ...first, ends: { values: [-3, 1], weights: [0.9, 0.1], joined: 0, at: 0 } };
    const chart = curves(variants, [few, few], 'en');
    const rows = (chart?.datasets.rows ?? []).filter((row) => row.variant === 'A');
    expect(rows.map((row) => row.result)).toEqual([-3, 1, 1]);
    expect(rows[0]?.chance).toBe(1);
    expect(rows[1]?.chance).toBeCloseTo(0.1, 12); // so to bring back 0 is as likely as 1, not certain
    expect(JSON.stringify(chart?.spec)).toContain('"interpolate":"step-before"');
  });

  it('reach by hand', () => {
    const ends = summed({ values: [-2, -1, 0, 4], weights: [0.25, 0.25, 0.25, 0.25], joined: 0, at: 0 });
    expect([1, 0.75, 0.7, 0.5, 0.25, 0.1].map((chance) => atLeast(ends, chance))).toEqual([
      -2, -1, -1, 0, 4, 4,
    ]);
  });

  it('say what was moved', () => {
    expect(movedWords({ 'x.y': 0.125 }, null, 'en')).toEqual(['x.y: 0.125']);
  });
});

it('has the same texts in both languages', () => {
  expect(Object.keys(da)).toEqual(Object.keys(en));
});
