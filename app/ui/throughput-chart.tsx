'use client';
/**
 * ThroughputChart: stacked bars per minute or hour (uPlot), with the values under the pointer in words
 * and the whole as a table for those who do not see it. What draws is loaded after the first paint.
 */
import { useEffect, useMemo, useRef, useState } from 'react';
import type uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { cx } from './cx.ts';
import { formatCount } from './num.tsx';

export interface ThroughputChartPoint {
  readonly at: string;
  readonly completed: number;
  readonly failed: number;
  readonly retried: number;
}

const series = [
  { key: 'completed', word: 'completed', color: '--done-fill', swatch: 'bg-done-fill' },
  { key: 'retried', word: 'retried', color: '--warn-fill', swatch: 'bg-warn-fill' },
  { key: 'failed', word: 'failed', color: '--failed-fill', swatch: 'bg-failed-fill hatched' },
] as const;

const height = 200;

export function ThroughputChart({
  unit,
  points,
}: {
  readonly unit: 'minute' | 'hour';
  /** Every unit of the window, oldest first. */
  readonly points: readonly ThroughputChartPoint[];
}) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const theme = useThemeStamp();
  const data = useMemo(() => stackedData(points), [points]);
  const latest = useRef(data);
  latest.current = data;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new theme needs new colours on the canvas
  useEffect(() => {
    const host = frame.current;
    if (!host) return;
    const observer = new ResizeObserver(() =>
      plot.current?.setSize({ width: host.clientWidth, height }),
    );
    let isGone = false;
    void import('uplot').then(({ default: UPlot }) => {
      if (isGone) return;
      plot.current = new UPlot(
        chartOptions(UPlot.paths.bars, host, unit, setHovered),
        latest.current,
        host,
      );
      observer.observe(host);
    });
    return () => {
      isGone = true;
      observer.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [theme, unit]);

  useEffect(() => {
    plot.current?.setData(data);
  }, [data]);

  const point = hovered === null ? null : (points[hovered] ?? null);
  const shown = point ?? sumOf(points);
  return (
    <div className="relative flex flex-col gap-2">
      <p className="num flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-ink-2">
        <span className="min-w-28 font-medium text-ink max-sm:w-full">
          {point ? unitLabel(point.at, unit) : 'Total'}
        </span>
        {series.map((one) => (
          <span key={one.key} className="flex items-center gap-1.5">
            <span aria-hidden className={cx('size-2.5 rounded-sm', one.swatch)} />
            {formatCount(shown[one.key])} {one.word}
          </span>
        ))}
      </p>
      <div ref={frame} aria-hidden className="h-50 w-full" />
      <div className="sr-only">
        <table>
          <caption>Items that ended per {unit}</caption>
          <thead>
            <tr>
              <th scope="col">{unit}</th>
              {series.map((one) => (
                <th key={one.key} scope="col">
                  {one.word}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {points.map((one) => (
              <tr key={one.at}>
                <th scope="row">{one.at.slice(0, 16).replace('T', ' ')} UTC</th>
                <td>{one.completed}</td>
                <td>{one.retried}</td>
                <td>{one.failed}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** Changes when the theme does: the canvas knows no CSS variables. */
function useThemeStamp(): number {
  const [stamp, setStamp] = useState(0);
  useEffect(() => {
    const bump = () => setStamp((value) => value + 1);
    const media = window.matchMedia('(prefers-color-scheme: dark)');
    media.addEventListener('change', bump);
    const observer = new MutationObserver(bump);
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      media.removeEventListener('change', bump);
      observer.disconnect();
    };
  }, []);
  return stamp;
}

/** uPlot draws layers over each other: the tallest first, each the sum of itself and those below. */
function stackedData(points: readonly ThroughputChartPoint[]): uPlot.AlignedData {
  const sums = points.map(({ completed, retried, failed }) => ({
    low: completed,
    middle: completed + retried,
    high: completed + retried + failed,
  }));
  return [
    points.map(({ at }) => Date.parse(at) / 1000),
    sums.map(({ high }) => high),
    sums.map(({ middle }) => middle),
    sums.map(({ low }) => low),
  ];
}

function chartOptions(
  paths: uPlot.Series.BarsPathBuilderFactory | undefined,
  host: HTMLElement,
  unit: 'minute' | 'hour',
  onHover: (index: number | null) => void,
): uPlot.Options {
  const unitSeconds = unit === 'minute' ? 60 : 3600;
  const color = colorReader(host);
  const bars = paths?.({ size: [0.78, 28], align: 1 });
  const axis = {
    stroke: color('--ink-3'),
    font: '11px "Inter Variable", sans-serif',
    ticks: { show: false },
  };
  const layer = (name: string): uPlot.Series => ({
    fill: color(name),
    width: 0,
    points: { show: false },
    ...(bars ? { paths: bars } : {}),
  });
  return {
    width: host.clientWidth,
    height,
    // To the right, half of the last hour.
    padding: [8, 16, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { setScale: false } },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    // A bar stands to the right of its moment: the last one needs room.
    scales: {
      x: { range: (_, from, to) => [from, to + unitSeconds] },
      y: { range: (_, __, most) => [0, Math.max(4, most * 1.1)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        space: 64,
        values: (_, splits) => splits.map((split) => axisTime(split)),
      },
      {
        ...axis,
        size: 44,
        space: 36,
        grid: { stroke: color('--line'), width: 1 },
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000, 100_000],
        values: (_, splits) => splits.map((split) => formatCount(split)),
      },
    ],
    series: [{}, layer('--failed-fill'), layer('--warn-fill'), layer('--done-fill')],
    hooks: { setCursor: [(chart) => onHover(chart.cursor.idx ?? null)] },
  };
}

/** Resolves a light-dark() token to the colour in force. */
function colorReader(host: HTMLElement): (name: string) => string {
  return (name) => {
    const probe = document.createElement('span');
    probe.style.color = `var(${name})`;
    host.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
}

function axisTime(seconds: number): string {
  const time = new Date(seconds * 1000);
  const clock = time.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  return clock === '00:00'
    ? time.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
    : clock;
}

function unitLabel(at: string, unit: 'minute' | 'hour'): string {
  const time = new Date(at);
  const clock = time.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  return unit === 'minute'
    ? clock
    : `${time.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${clock}`;
}

function sumOf(points: readonly ThroughputChartPoint[]) {
  return points.reduce(
    (sum, point) => ({
      completed: sum.completed + point.completed,
      retried: sum.retried + point.retried,
      failed: sum.failed + point.failed,
    }),
    { completed: 0, retried: 0, failed: 0 },
  );
}
