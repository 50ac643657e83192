/** A SQLite file in a temporary folder, or one that is kept. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type Sqlite from 'better-sqlite3';
import type { Db } from '#db/engine.ts';
import { migrate } from '#db/migrate/migrate.ts';
import { openDatabase } from '#db/open.ts';
import type { SqliteSettings } from '#db/settings/model.ts';
import { openHandle } from '#db/sqlite/file.ts';
import { dropFilling, fillFile, rememberFilling } from './filled-file.ts';
import type { RecordedStep } from './recording.ts';
import type { BenchTarget, Filling } from './target.ts';

export async function createSqliteTarget(filling: Filling): Promise<BenchTarget> {
  const dir = filling.file === null ? mkdtempSync(path.join(tmpdir(), 'holocron-bench-')) : null;
  const file = filling.file ?? path.join(dir ?? '', 'bench.db');
  const settings: SqliteSettings = {
    engine: 'sqlite',
    path: file,
    reason: 'A benchmark asked for it.',
    notes: [],
  };
  const removeOwn = () => {
    if (dir) rmSync(dir, { recursive: true, force: true });
  };
  const { db, raw, nowMs } = await openFilled(settings, filling).catch((error: unknown) => {
    removeOwn();
    throw error;
  });
  const statements = new Map<string, Sqlite.Statement<unknown[]>>();
  return {
    db,
    nowMs,
    environment: { DB_BACKEND: 'sqlite', INGEST_SQLITE_PATH: file },
    share: 1,
    replay: async (steps) => replay(raw, statements, steps),
    changeFilledRows: async () => dropFilling(raw),
    dispose: async () => {
      raw.close();
      await db.close();
      removeOwn();
    },
  };
}

interface Opened {
  readonly db: Db;
  readonly raw: Sqlite.Database;
  readonly nowMs: number;
}

async function openFilled(settings: SqliteSettings, filling: Filling): Promise<Opened> {
  await migrate(settings);
  const { nowMs, isNew } = await fillFile(settings.path, filling);
  const db = await openDatabase(settings);
  const raw = openHandle(settings.path);
  if (isNew) {
    await db.engine.reconcileTotals(db);
    rememberFilling(raw, filling, nowMs);
  }
  return { db, raw, nowMs };
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
