/** One axis of results for the histograms of several variants. */

import type { ChartShown, LiveAnswer, Span } from '../contract';

type Layer = { encoding?: { x?: { field?: string; scale?: Record<string, unknown>; axis?: unknown } } };

/** Ends of the axis that holds every bar of every variant; null where there is nothing to share. */
export function spanOf(answers: readonly (LiveAnswer | null)[]): Span | null {
  const ends = answers.flatMap((answer) =>
    Object.values(answer?.charts.returns?.datasets ?? {}).flatMap((rows) =>
      rows.flatMap((row) => [row.low, row.high].filter((end): end is number => typeof end === 'number')),
    ),
  );
  return ends.length > 0 ? { low: Math.min(...ends), high: Math.max(...ends) } : null;
}

/** A histogram on an axis with these ends. */
export function spanned(chart: ChartShown, { low, high }: Span): ChartShown {
  const spec = structuredClone(chart.spec);
  for (const layer of (spec.layer as Layer[] | undefined) ?? []) {
    const x = layer.encoding?.x;
    if (x?.field !== undefined && x.axis) x.scale = { ...x.scale, domain: [low, high] };
  }
  return { ...chart, spec };
}
