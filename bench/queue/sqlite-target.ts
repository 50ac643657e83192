/** A SQLite file in a temporary folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type Sqlite from 'better-sqlite3';
import { migrate } from '#db/migrate/migrate.ts';
import { openDatabase } from '#db/open.ts';
import type { DatabaseSettings } from '#db/settings/model.ts';
import { openHandle } from '#db/sqlite/file.ts';
import { fillWorkItems } from './fill-sqlite.ts';
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
    environment: { DB_BACKEND: 'sqlite', INGEST_SQLITE_PATH: file },
    share: 1,
    replay: async (steps) => replay(raw, statements, steps),
    fill: async (count, nowMs, progress) => {
      fillWorkItems(raw, count, nowMs, progress);
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
