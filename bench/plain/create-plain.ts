/** The plainest queue beside a benchmark's database, filled alike. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { resolveDatabaseSettings } from '#db/settings/settings.ts';
import { benchRow } from '../queue/bench-row.ts';
import type { BenchTarget } from '../queue/target.ts';
import { openPlainQueue } from './open-plain.ts';
import { type PlainQueue, type PlainRow, plainColumns } from './plain-queue.ts';

const fillChunk = 5_000;

export interface PlainTarget {
  readonly queue: PlainQueue;
  /** Names it to another process. */
  readonly environment: Readonly<Record<string, string>>;
  dispose(): Promise<void>;
}

/**
 * On SQL Server a schema of the same database, which goes with it; else a file of its own, so that neither
 * writes the other's log.
 */
export async function createPlain(target: BenchTarget, rows: number): Promise<PlainTarget> {
  const dir = mkdtempSync(path.join(tmpdir(), 'holocron-plain-'));
  const environment = {
    ...target.environment,
    ...(target.db.name === 'sqlite'
      ? { INGEST_SQLITE_PATH: path.join(dir, 'plain.db') }
      : { INGEST_SQLSERVER_SCHEMA: 'plain' }),
  };
  await createTable(environment);
  const queue = await openPlainQueue({ ...process.env, ...environment });
  for (let from = 0; from < rows; from += fillChunk) {
    const chunk = Array.from({ length: Math.min(fillChunk, rows - from) }, (_, i) =>
      plainRow(benchRow(from + i, rows, target.nowMs)),
    );
    await queue.enqueue(chunk);
  }
  return {
    queue,
    environment,
    dispose: async () => {
      await queue.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function createTable(environment: Readonly<Record<string, string>>): Promise<void> {
  const settings = resolveDatabaseSettings({ ...process.env, ...environment });
  if (settings.engine === 'sqlite') {
    const { createPlainSqlite } = await import('./plain-sqlite.ts');
    return createPlainSqlite(settings.path);
  }
  const { createPlainSqlServer } = await import('./plain-sqlserver.ts');
  return createPlainSqlServer(settings);
}

const plainRow = (row: PlainRow): PlainRow =>
  Object.fromEntries(plainColumns.map((name) => [name, row[name]])) as PlainRow;
