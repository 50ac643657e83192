/** Filling a SQLite file with many work items in little time. */
import type Sqlite from 'better-sqlite3';
import { type BenchRow, benchRow } from './bench-row.ts';

/**
 * Rows 0 to `count` - 1 of `benchRow`. Indexes and triggers are put back afterwards: built at once they
 * cost a tenth; the counters have to be reconciled then.
 */
export function fillWorkItems(
  raw: Sqlite.Database,
  count: number,
  nowMs: number,
  progress: (line: string) => void,
): void {
  const aside = raw
    .prepare<[], { type: string; name: string; sql: string }>(
      `select type, name, sql from sqlite_master
       where tbl_name = 'work_items' and type in ('index', 'trigger') and sql is not null`,
    )
    .all();
  for (const { type, name } of aside) raw.exec(`drop ${type} "${name}"`);
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
  for (const { sql } of aside) raw.exec(sql);
  raw.pragma('wal_checkpoint(truncate)');
}
