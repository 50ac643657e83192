/**
 * A database of the size that operators have: a million items of five sources over ninety days, each with
 * its record and an audit entry; a hundred thousand runs, hosts and attempts, and those that failed.
 */
import { sql } from 'kysely';
import { systemActor } from '#lib/actor/model.ts';
import { pauseSource } from '#lib/sources/lifecycle.ts';
import { fillOthers } from '../../bench/lists/fill-others.ts';
import { fillRecords } from '../../bench/lists/fill-records.ts';
import { benchRow, fillSources } from '../../bench/queue/bench-row.ts';
import { fillWorkItems } from '../../bench/queue/fill-sqlite.ts';
import type { Db } from '../../db/engine.ts';
import { openDatabase } from '../../db/open.ts';
import { openHandle } from '../../db/sqlite/file.ts';
import { saveSource } from '../../lib/sources/save-source.ts';

/** A multiple of 100; fewer than a million are for trying the tests themselves. */
export const largeCount = Number(process.env['LARGE_ITEMS'] ?? 1_000_000);
const madeAtMs = Date.now();

/** The item with so many before it in the order of creation. */
export const largeRow = (n: number) => benchRow(n, largeCount, madeAtMs);

const quiet = () => undefined;

export async function fillLarge(databaseFile: string): Promise<void> {
  const raw = openHandle(databaseFile);
  try {
    fillWorkItems(raw, largeCount, madeAtMs, quiet);
  } finally {
    raw.close();
  }
  const db = await openDatabase({
    engine: 'sqlite',
    path: databaseFile,
    reason: 'A browser test fills it.',
    notes: [],
  });
  try {
    await db.engine.reconcileTotals(db);
    await fillRecords(db, quiet);
    await fillOthers(db, quiet);
    await fillFailures(db);
    await addPausedSources(db);
  } finally {
    await db.close();
  }
}

/** An attempt for each failed item, as its worker would have left it. */
async function fillFailures({ engine, q }: Db): Promise<void> {
  const table = (name: Parameters<typeof engine.table>[0]) => engine.table(name);
  await sql`
    insert into ${table('work_item_attempts')} (attempt_id, work_item_id, source_system, source_name, host, run_id,
      attempt, started_at, finished_at, duration_ms, outcome, http_status, error_code, error_message)
    select concat('f', substr(work_item_id, 2)), work_item_id, source_system, source_name, host, run_id,
      attempt, updated_at, updated_at, 120, 'failed', last_http_status, error_code, error_message
    from ${table('work_items')} where status = 'failed'`.execute(q);
}

/** Their items wait, and nobody fetches them. */
async function addPausedSources(db: Db): Promise<void> {
  const actor = systemActor('tests');
  for (const name of fillSources) {
    const input = { name, type: 'test', enabled: true, settings: {}, seeds: [] };
    const { sourceId } = await saveSource(db, actor, input, { secretBox: null });
    await pauseSource(db, actor, sourceId, { reason: 'so that its items stay as they are' });
  }
}
