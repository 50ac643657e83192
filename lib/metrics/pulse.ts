/** A cheap sign of whether anything moves, for pages that refresh themselves. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import { readCrew } from '#lib/workers/list-workers.ts';
import { groupCounters } from './overview.ts';

export interface Pulse {
  /** True while a run or a background action goes on or an item is in progress. */
  readonly moving: boolean;
  /** Changes whenever something a page shows has changed. */
  readonly stamp: string;
}

/**
 * Six small reads, whatever the number of items. What people do is in the audit log; alerts, quarantines, blocks of
 * hosts, stops and workers that come and go are in the events; a worker tells of its disks in its heartbeat.
 */
export async function readPulse(session: Session): Promise<Pulse> {
  const counters = groupCounters(await session.engine.readTotals(session));
  const runs = await session.q
    .selectFrom('current_runs')
    .select([
      sql<number>`count(*)`.as('runs'),
      sql<number>`sum(case when paused_at is null then 1 else 0 end)`.as('moving'),
      sql<number>`sum(items_processed + items_total + items_retried)`.as('numbers'),
    ])
    .where('status', '=', 'running')
    .executeTakeFirstOrThrow();
  const bulk = await session.q
    .selectFrom('bulk_actions')
    .select([
      sql<number>`count(*)`.as('running'),
      sql<number>`sum(processed_count)`.as('processed'),
    ])
    .where('status', '=', sql.lit('running'))
    .executeTakeFirstOrThrow();
  const entry = await session.engine
    .take(
      session.q
        .selectFrom('audit_log')
        .select('audit_id')
        .orderBy('at', 'desc')
        .orderBy('audit_id', 'desc'),
      1,
    )
    .executeTakeFirst();
  const event = await session.engine
    .take(session.q.selectFrom('events').select('event_id').orderBy('event_id', 'desc'), 1)
    .executeTakeFirst();
  const crew = await readCrew(session);
  const inProgress = counters.reduce((sum, { totals }) => sum + totals.in_progress, 0);
  return {
    moving: Number(runs.moving ?? 0) > 0 || Number(bulk.running) > 0 || inProgress > 0,
    stamp: JSON.stringify([
      counters.map(({ totals }) => Object.values(totals)),
      Number(runs.runs),
      Number(runs.numbers ?? 0),
      Number(bulk.running),
      Number(bulk.processed ?? 0),
      entry?.audit_id ?? null,
      event === undefined ? null : Number(event.event_id),
      crew.alive,
      crew.lowDisk?.what ?? null,
    ]),
  };
}
