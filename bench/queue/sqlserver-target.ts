/** A database of its own on the configured SQL Server, dropped afterwards. */
import type { Connection } from 'tedious';
import type { Db } from '#db/engine.ts';
import { migrate } from '#db/migrate/migrate.ts';
import { openDatabase } from '#db/open.ts';
import type { SqlServerSettings } from '#db/settings/model.ts';
import { closeBare, connectBare, control, execute } from './bare-tedious.ts';
import { benchRow } from './bench-row.ts';
import type { BenchTarget, Filling } from './target.ts';

const fillChunk = 5_000;

export async function createSqlServerTarget(
  given: SqlServerSettings,
  filling: Filling,
): Promise<BenchTarget> {
  const settings = { ...given, database: `HolocronBench_${process.pid}` };
  await migrate(settings);
  const db = await openDatabase(settings);
  const raw = await connectBare(settings);
  const dispose = async () => {
    await closeBare(raw);
    await db.close();
    const master = await connectBare({ ...settings, database: 'master' });
    try {
      await execute(master, `drop database [${settings.database}]`, []);
    } catch (error) {
      // What went wrong before, and left a session behind, is what should be told.
      filling.progress(`${settings.database} could not be dropped: ${String(error)}`);
    } finally {
      await closeBare(master);
    }
  };
  const nowMs = filling.nowMs ?? Date.now();
  try {
    await fill(db, raw, settings.schema, nowMs, filling);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    db,
    nowMs,
    environment: {
      DB_BACKEND: 'sqlserver',
      INGEST_SQLSERVER_DATABASE: settings.database,
      // Many processes that wait for each other are what is measured, not given up.
      INGEST_SQLSERVER_REQUEST_TIMEOUT: '600',
    },
    share: 0.1,
    replay: async (steps) => {
      for (const step of steps) {
        if (step.kind === 'begin') await control((done) => raw.beginTransaction(done));
        else if (step.kind === 'commit') await control((done) => raw.commitTransaction(done));
        else await execute(raw, step.sql, step.parameters);
      }
    },
    // Nothing is kept that could be taken for filled.
    changeFilledRows: async () => {},
    dispose,
  };
}

async function fill(
  db: Db,
  raw: Connection,
  schema: string,
  nowMs: number,
  { rows, also, progress }: Filling,
): Promise<void> {
  for (let from = 0; from < rows; from += fillChunk) {
    await execute(raw, ...fillStatement(schema, from, rows, nowMs));
    if (from > 0 && from % 100_000 === 0) progress(`  ${from} rows`);
  }
  await also?.(db, progress);
  // The triggers left a delta per source and status of each chunk.
  while ((await db.engine.rollUpTotals(db)) > 0);
  await execute(raw, `update statistics [${schema}].[work_items]`, []).catch(() => {
    // Not every server that speaks TDS has it; plans are then made from what it knows.
  });
}

/** One parameter for all rows of a chunk: 2,100 are allowed, and rows one by one cost a round trip each. */
function fillStatement(
  schema: string,
  from: number,
  count: number,
  nowMs: number,
): [string, unknown[]] {
  const rows = Array.from({ length: Math.min(fillChunk, count - from) }, (_, i) =>
    benchRow(from + i, count, nowMs),
  );
  const names = Object.keys(benchRow(0, count, nowMs));
  const typed = names.map((name) => `${name} ${columnTypes[name] ?? 'nvarchar(2000)'}`);
  return [
    `insert into [${schema}].[work_items] (${names.join(', ')})
     select ${names.join(', ')} from openjson(@1) with (${typed.join(', ')})`,
    [JSON.stringify(rows)],
  ];
}

const columnTypes: Readonly<Record<string, string>> = {
  priority: 'int',
  attempt: 'int',
  depth: 'int',
  last_http_status: 'int',
  created_at: 'datetime2',
  updated_at: 'datetime2',
  available_at: 'datetime2',
  last_fetched_at: 'datetime2',
};
