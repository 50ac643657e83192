'use client';
/** ThroughputChart: the items that ended per minute or hour, as stacked bars. */
import { useMemo } from 'react';
import { type BarSeries, BarsChart } from './bars-chart.tsx';

export interface ThroughputChartPoint {
  readonly at: string;
  readonly completed: number;
  readonly failed: number;
  readonly retried: number;
}

const series: readonly BarSeries[] = [
  { word: 'completed', look: 'done' },
  { word: 'retried', look: 'warn' },
  { word: 'failed', look: 'failed' },
];

export function ThroughputChart({
  unit,
  points,
}: {
  readonly unit: 'minute' | 'hour';
  /** Every unit of the window, oldest first. */
  readonly points: readonly ThroughputChartPoint[];
}) {
  const bars = useMemo(
    () =>
      points.map(({ at, completed, retried, failed }) => ({
        at,
        values: [completed, retried, failed],
      })),
    [points],
  );
  return (
    <BarsChart caption={`Items that ended per ${unit}`} unit={unit} series={series} points={bars} />
  );
}
