/** Filling a SQLite file with many work items in little time. */
import type Sqlite from 'better-sqlite3';
import { setAside } from './aside.ts';
import { type BenchRow, benchRow } from './bench-row.ts';

/**
 * Rows 0 to `count` - 1 of `benchRow`. Triggers are set aside meanwhile: the counters have to be
 * reconciled then.
 */
export function fillWorkItems(
  raw: Sqlite.Database,
  count: number,
  nowMs: number,
  progress: (line: string) => void,
): void {
  const putBack = setAside(raw, ['work_items']);
  const names = Object.keys(benchRow(0, count, nowMs));
  const insert = raw.prepare<BenchRow>(
    `insert into work_items (${names.join(', ')}) values (${names.map((name) => `@${name}`).join(', ')})`,
  );
  const insertRange = raw.transaction((from: number, to: number) => {
    for (let i = from; i < to; i += 1) insert.run(benchRow(i, count, nowMs));
  });
  const chunk = 100_000;
  for (let from = 0; from < count; from += chunk) {
    insertRange(from, Math.min(from + chunk, count));
    if (from > 0 && from % 1_000_000 === 0) progress(`  ${from} rows`);
  }
  progress('  indexes of the items');
  putBack();
  raw.pragma('wal_checkpoint(truncate)');
}
