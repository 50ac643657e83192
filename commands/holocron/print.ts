/** What answers of the API look like to a person: a table, or lines of names and values. */
import { z } from 'zod';
import type { Output } from '../support/program.ts';
import type { Client } from './client.ts';

const rowSchema = z.record(z.string(), z.unknown());
type Row = z.output<typeof rowSchema>;
const pageSchema = z.looseObject({ rows: z.array(rowSchema), next: z.string().nullish() });

/** The widest cell, in characters: what a stranger wrote must not make a table unreadable. */
const widest = 60;

export const rowOf = (answer: unknown): Row => rowSchema.parse(answer);

/** Without what a terminal would obey. */
export function shown(value: unknown): string {
  const text =
    value === null || value === undefined || value === ''
      ? '–'
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value);
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
}

const cut = (text: string) => (text.length > widest ? `${text.slice(0, widest - 1)}…` : text);

/** A line of heads and one a row; `columns` are properties, dotted for inner ones. */
export function printTable(out: Output, rows: readonly Row[], columns: readonly string[]): void {
  if (rows.length === 0) {
    out.line('Nothing.');
    return;
  }
  const cells = rows.map((row) => columns.map((column) => cut(shown(at(row, column)))));
  const heads = columns.map((column) => column.split('.').at(-1) ?? column);
  const widths = heads.map((head, index) =>
    Math.max(head.length, ...cells.map((row) => row[index]?.length ?? 0)),
  );
  for (const row of [heads, ...cells]) {
    out.line(
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

function at(row: Row, column: string): unknown {
  return column
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, key)
          ? new Map(Object.entries(value)).get(key)
          : undefined,
      row,
    );
}

/** A line a property; what is nested stands as JSON. */
export function printRow(out: Output, answer: unknown, columns?: readonly string[]): void {
  const row = rowOf(answer);
  const names = columns ?? Object.keys(row);
  const width = Math.max(...names.map((name) => name.length));
  for (const name of names) out.line(`${name.padEnd(width)}  ${shown(at(row, name))}`);
}

export const printTableOf =
  (...columns: string[]) =>
  (out: Output, answer: unknown): void =>
    printTable(out, pageSchema.parse(answer).rows, columns);

const pageSize = 100;

/**
 * So many rows of a list, over as many pages as that takes.
 * @returns the rows, and the cursor behind them; null at the end
 */
export async function readPages(
  client: Client,
  id: string,
  query: Readonly<Record<string, string | undefined>>,
  most: number,
): Promise<{ readonly rows: readonly Row[]; readonly next: string | null }> {
  const rows: Row[] = [];
  let next: string | null = query['cursor'] ?? null;
  do {
    const limit = String(Math.min(pageSize, most - rows.length));
    const page = pageSchema.parse(
      await client.ask(id, { query: { ...query, limit, cursor: next ?? undefined } }),
    );
    rows.push(...page.rows);
    next = page.next ?? null;
  } while (next !== null && rows.length < most);
  return { rows, next };
}
