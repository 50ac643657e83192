/** Items that stand in front of the measured ones and may not be claimed, made of the filled rows. */
import type { UpdateObject } from 'kysely';
import type { Db } from '#db/engine.ts';
import type { Database } from '#db/schema.ts';
import { newId } from '#lib/ids.ts';
import { fillSources, measuredSource } from '../queue/bench-row.ts';
import { removeMeasured } from '../queue/measured-items.ts';

/** Before the measured items in claim order. */
const inFront = { source_name: measuredSource, status: 'pending', priority: 0 } as const;
const blockedHost = 'blocked.example';

export async function configureMeasured(db: Db): Promise<void> {
  const now = db.engine.now();
  // A kept database may know it from an earlier run.
  await db.q.deleteFrom('sources').where('name', '=', measuredSource).execute();
  await removeMeasured(db);
  await db.q
    .insertInto('sources')
    .values({
      source_id: newId(),
      name: measuredSource,
      source_type: 'test',
      enabled: 1,
      paused_at: null,
      paused_reason: null,
      settings: '{}',
      seeds: '[]',
      rate_delay_ms: 0,
      max_attempts: 4,
      revision: 1,
      next_slot_at: null,
      slot_lease_id: null,
      slot_until: null,
      created_at: now,
      updated_at: now,
      deleted_at: null,
    })
    .execute();
}

export const addBackoffCrowd = (db: Db): Promise<void> =>
  turn(db, fillSources[0], {
    available_at: db.engine.nowPlus(24 * 3_600_000),
    wait_reason: 'backoff',
  });

export async function addRestingCrowd(db: Db): Promise<void> {
  const runId = newId();
  const now = db.engine.now();
  await db.q
    .insertInto('ingest_runs')
    .values({ run_id: runId, started_at: now, status: 'running', paused_at: now })
    .execute();
  await turn(db, fillSources[1], { run_id: runId });
}

export async function addBlockedCrowd(db: Db): Promise<void> {
  const { engine, q } = db;
  await q
    .insertInto('hosts')
    .values({
      host: blockedHost,
      blocked_until: engine.nowPlus(24 * 3_600_000),
      updated_at: engine.now(),
    })
    .execute();
  await turn(db, fillSources[2], { host: blockedHost });
}

/** A fifth of all rows. */
async function turn(
  db: Db,
  sourceName: string,
  change: UpdateObject<Database, 'work_items'>,
): Promise<void> {
  await db.q
    .updateTable('work_items')
    .set({ ...inFront, run_id: null, ...change })
    .where('source_name', '=', sourceName)
    .execute();
}
