import { expect, test } from 'vitest';
import type { LiveAnswer } from '../contract';
import sample from '../sample/live.en.json';
import { spanned, spanOf } from './span';

const answer = sample as unknown as LiveAnswer;

test('histograms of variants share an axis that holds all of their bars', () => {
  const chart = answer.charts.returns;
  if (!chart) throw new Error('the sample has no histogram');
  const wider = { ...chart, datasets: { more: [{ low: -9e9, high: 7e9 }] } };
  const span = spanOf([answer, null, { ...answer, charts: { returns: wider } }]);
  expect(span).toEqual({ low: -9e9, high: 7e9 });
  const text = JSON.stringify(spanned(chart, { low: -9e9, high: 7e9 }).spec);
  expect(text).toContain('"domain":[-9000000000,7000000000]');
  expect(JSON.stringify(chart.spec)).not.toContain('-9000000000');
  expect(spanOf([null])).toBeNull();
});
