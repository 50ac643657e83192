/** A SQLite file in a temporary folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type Sqlite from 'better-sqlite3';
import { migrate } from '#db/migrate/migrate.ts';
import { openDatabase } from '#db/open.ts';
import type { DatabaseSettings } from '#db/settings/model.ts';
import { openHandle } from '#db/sqlite/file.ts';
import { type BenchRow, benchRow } from './bench-row.ts';
import type { RecordedStep } from './recording.ts';
import type { BenchTarget } from './target.ts';

export async function createSqliteTarget(): Promise<BenchTarget> {
  const dir = mkdtempSync(path.join(tmpdir(), 'holocron-bench-'));
  const file = path.join(dir, 'bench.db');
  const settings: DatabaseSettings = {
    engine: 'sqlite',
    path: file,
    reason: 'A benchmark asked for it.',
    notes: [],
  };
  await migrate(settings);
  const db = await openDatabase(settings);
  const raw = openHandle(file);
  const statements = new Map<string, Sqlite.Statement<unknown[]>>();
  return {
    db,
    share: 1,
    replay: async (steps) => replay(raw, statements, steps),
    fill: async (count, nowMs, progress) => {
      fill(raw, count, nowMs, progress);
      await db.engine.reconcileCounters(db);
    },
    dispose: async () => {
      raw.close();
      await db.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** What a careful program would do by hand: every text prepared once, nothing in between. */
function replay(
  raw: Sqlite.Database,
  statements: Map<string, Sqlite.Statement<unknown[]>>,
  steps: readonly RecordedStep[],
): void {
  for (const step of steps) {
    if (step.kind === 'begin') raw.exec('BEGIN IMMEDIATE');
    else if (step.kind === 'commit') raw.exec('COMMIT');
    else {
      let statement = statements.get(step.sql);
      if (!statement) {
        statement = raw.prepare<unknown[]>(step.sql);
        statements.set(step.sql, statement);
      }
      if (statement.reader) statement.all(...step.parameters);
      else statement.run(...step.parameters);
    }
  }
}

/** Indexes and triggers are put back afterwards: built at once they cost a tenth. */
function fill(
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
