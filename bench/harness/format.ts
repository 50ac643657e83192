import type { BenchResult } from './benchmark.ts';

const columns = ['case', 'median', 'spread', 'floor', 'ratio', 'floor is', 'also'] as const;

/** Results as a plain-text table, numbers aligned on the right. */
export function formatTable(results: readonly BenchResult[]): string {
  const rows = results.map(toCells);
  const widths = columns.map((column, i) =>
    Math.max(column.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) =>
        isNumeric(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(columns), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join(
    '\n',
  );
}

const isNumeric = (column: number) => column >= 1 && column <= 4;

function toCells(result: BenchResult): string[] {
  const { name, unit, median, runs, floor, ratio, details } = result;
  return [
    name,
    `${figure(median, unit)} ${unit}`,
    `${figure(Math.min(...runs), unit)}–${figure(Math.max(...runs), unit)}`,
    floor ? figure(floor.median, unit) : '',
    ratio === null ? '' : ratio.toFixed(2),
    floor?.what ?? '',
    Object.entries(details ?? {})
      .map(([key, value]) => `${key} ${Number(value.toPrecision(3))}`)
      .join(', '),
  ];
}

function figure(value: number, unit: BenchResult['unit']): string {
  if (unit === 'freshness') return value.toFixed(3);
  if (unit === 'ms') return value.toFixed(2);
  return Math.round(value).toLocaleString('en-US');
}
