'use client';
/**
 * BarsChart: stacked bars per minute, hour or day (uPlot), with the values under the pointer in words
 * and the whole as a table for those who do not see it. What draws is loaded after the first paint.
 */
import { useEffect, useMemo, useRef, useState } from 'react';
import type uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { countIncrements, dayIncrements, rangeOfBars } from './bars-axis.ts';
import { cx } from './cx.ts';
import { formatCount } from './num.tsx';

export type BarUnit = 'minute' | 'hour' | 'day';

export interface BarPoint {
  /** Start of the unit. */
  readonly at: string;
  /** One for each series, in their order. */
  readonly values: readonly number[];
  /** Said beside the values: an amount of another unit. */
  readonly note?: string;
}

const looks = {
  done: { color: '--done-fill', swatch: 'bg-done-fill' },
  warn: { color: '--warn-fill', swatch: 'bg-warn-fill' },
  failed: { color: '--failed-fill', swatch: 'bg-failed-fill hatched' },
  quiet: { color: '--skipped-fill', swatch: 'bg-skipped-fill' },
} as const;

export interface BarSeries {
  readonly word: string;
  readonly look: keyof typeof looks;
}

const height = 200;

export function BarsChart({
  caption,
  unit,
  series,
  points,
  totalNote,
}: {
  /** Names the table: "Items that ended per hour". */
  readonly caption: string;
  readonly unit: BarUnit;
  /** From the bottom of a bar to its top. */
  readonly series: readonly BarSeries[];
  /** Every unit of the window, oldest first. */
  readonly points: readonly BarPoint[];
  /** As the notes of points, for all of them. */
  readonly totalNote?: string;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const theme = useThemeStamp();
  const data = useMemo(() => stackedData(points, series.length), [points, series.length]);
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
        chartOptions(UPlot, host, unit, series, setHovered),
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
  const shown = point?.values ?? sumOf(points, series.length);
  const note = point ? point.note : totalNote;
  return (
    <div className="relative flex flex-col gap-2">
      <p className="num flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-ink-2">
        <span className="min-w-28 font-medium text-ink max-sm:w-full">
          {point ? unitLabel(point.at, unit) : 'Total'}
        </span>
        {series.map(({ word, look }, at) => (
          <span key={word} className="flex items-center gap-1.5">
            <span aria-hidden className={cx('size-2.5 rounded-sm', looks[look].swatch)} />
            {formatCount(shown[at] ?? 0)} {word}
          </span>
        ))}
        {note === undefined ? null : <span>{note}</span>}
      </p>
      <div ref={frame} aria-hidden className="h-50 w-full" />
      <div className="sr-only">
        <table>
          <caption>{caption}</caption>
          <thead>
            <tr>
              <th scope="col">{unit}</th>
              {series.map((one) => (
                <th key={one.word} scope="col">
                  {one.word}
                </th>
              ))}
              {totalNote === undefined ? null : <th scope="col">amount</th>}
            </tr>
          </thead>
          <tbody>
            {points.map((one) => (
              <tr key={one.at}>
                <th scope="row">{one.at.slice(0, 16).replace('T', ' ')} UTC</th>
                {series.map(({ word }, at) => (
                  <td key={word}>{one.values[at]}</td>
                ))}
                {totalNote === undefined ? null : <td>{one.note}</td>}
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
function stackedData(points: readonly BarPoint[], layers: number): uPlot.AlignedData {
  const sumTo = (values: readonly number[], layer: number) =>
    values.slice(0, layer + 1).reduce((sum, value) => sum + value, 0);
  return [
    points.map(({ at }) => Date.parse(at) / 1000),
    ...Array.from({ length: layers }, (_, fromTop) =>
      points.map(({ values }) => sumTo(values, layers - 1 - fromTop)),
    ),
  ];
}

const secondsOf = { minute: 60, hour: 3600, day: 86_400 } as const;

function chartOptions(
  { paths, tzDate }: typeof uPlot,
  host: HTMLElement,
  unit: BarUnit,
  bars: readonly BarSeries[],
  onHover: (index: number | null) => void,
): uPlot.Options {
  const unitSeconds = secondsOf[unit];
  const color = colorReader(host);
  const path = paths.bars?.({ size: [0.78, 28], align: 1 });
  const axis = {
    stroke: color('--ink-3'),
    font: '11px "Inter Variable", sans-serif',
    ticks: { show: false },
  };
  const layer = (name: string): uPlot.Series => ({
    fill: color(name),
    width: 0,
    points: { show: false },
    ...(path ? { paths: path } : {}),
  });
  return {
    width: host.clientWidth,
    height,
    // To the right, half of the last hour.
    padding: [8, 16, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { setScale: false } },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    // Days are counted in UTC; of a day that began elsewhere, the label would stand at another bar.
    ...(unit === 'day' ? { tzDate: (at) => tzDate(new Date(at * 1000), 'UTC') } : {}),
    scales: {
      x: { range: (chart) => rangeOfBars(chart.data[0], unitSeconds) },
      y: { range: (_, __, most) => [0, Math.max(4, most * 1.1)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        space: 64,
        ...(unit === 'day' ? { incrs: dayIncrements } : {}),
        values: (_, splits) =>
          splits.map((split) =>
            unit === 'day' ? dayWords(new Date(split * 1000), 'UTC') : axisTime(split),
          ),
      },
      {
        ...axis,
        size: 44,
        space: 36,
        grid: { stroke: color('--line'), width: 1 },
        incrs: countIncrements,
        values: (_, splits) => splits.map((split) => formatCount(split)),
      },
    ],
    series: [{}, ...bars.toReversed().map(({ look }) => layer(looks[look].color))],
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
  return clock === '00:00' ? dayWords(time) : clock;
}

const dayWords = (time: Date, timeZone?: string) =>
  time.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    ...(timeZone && { timeZone }),
  });

function unitLabel(at: string, unit: BarUnit): string {
  const time = new Date(at);
  // Days are counted in UTC.
  if (unit === 'day') return `${dayWords(time, 'UTC')} (UTC)`;
  const clock = time.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  return unit === 'minute' ? clock : `${dayWords(time)} ${clock}`;
}

const sumOf = (points: readonly BarPoint[], layers: number): number[] =>
  Array.from({ length: layers }, (_, layer) =>
    points.reduce((sum, { values }) => sum + (values[layer] ?? 0), 0),
  );
