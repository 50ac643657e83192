/** Measures runs once they have ended, and reads what was measured. */
import { sql } from 'kysely';
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import { DatabaseError } from '#db/errors.ts';
import { measureContent } from './measure-content.ts';
import type { ContentMeasure, RunMeasure } from './model.ts';
import { scopeOf } from './scope.ts';

/** One evaluation stays short; the next one goes on. */
const mostAtOnce = 25;
/** Runs that ended before are not measured any more: nobody waited for it. */
const latestDays = 30;
const sampleSize = 40;
const headLength = 4_000;
/** Of all scopes together. */
const mostRead = 5_000;
const dayMs = 24 * 3_600_000;
/** More than a year: what comes once a year has a past. */
const keptDays = 400;

/** Measures the runs that have ended since; a retry goes over what happened to fail, which says nothing. */
export async function measureEndedRuns(db: Db): Promise<number> {
  const { engine } = db;
  const query = db.q
    .selectFrom('current_runs as run')
    .select([
      'run_id',
      'kind',
      'request',
      'source_revisions',
      'started_at',
      'completed_at',
      'status',
      'end_reason',
      'error_message',
      'items_succeeded',
      'items_failed',
      'items_total',
      engine.diffMs(sql.ref('started_at'), sql.ref('completed_at')).as('took_ms'),
    ])
    .where('status', 'in', ['completed', 'failed'])
    .where('started_at', '>=', engine.nowPlus(-latestDays * dayMs))
    .where('completed_at', 'is not', null)
    .where('kind', '<>', 'retry')
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('run_measures as known')
            .select('known.run_id')
            .whereRef('known.run_id', '=', 'run.run_id'),
        ),
      ),
    )
    .orderBy('completed_at');
  const runs = await engine.take(query, mostAtOnce).execute();
  for (const run of runs) {
    if (run.completed_at === null) continue;
    const measure: Measured = {
      ...scopeOf(run),
      startedAt: run.started_at,
      status: run.status,
      endReason: run.end_reason,
      errorMessage: run.error_message?.slice(0, 500) ?? null,
      succeeded: Number(run.items_succeeded),
      failed: Number(run.items_failed),
      total: Number(run.items_total),
      durationMs: Math.max(0, Number(run.took_ms)),
      content: await readContent(db, run.run_id),
    };
    await keep(db, run.run_id, run.completed_at, measure);
  }
  return runs.length;
}

const measuredSchema = z.object({
  scope: z.string(),
  label: z.string(),
  sourceName: z.string().nullable(),
  startedAt: z.string(),
  status: z.enum(['running', 'completed', 'failed', 'cancelled']),
  endReason: z.string().nullable(),
  errorMessage: z.string().nullable(),
  succeeded: z.number(),
  failed: z.number(),
  total: z.number(),
  durationMs: z.number(),
  content: z
    .object({
      sampled: z.number(),
      medianBytes: z.number(),
      emptyShare: z.number(),
      blockedShare: z.number(),
      sameShare: z.number(),
    })
    .nullable(),
});
type Measured = z.output<typeof measuredSchema>;

/** Two processes that measure the same run keep it once. */
async function keep(db: Db, runId: string, endedAt: string, measure: Measured): Promise<void> {
  try {
    await db.q
      .insertInto('run_measures')
      .values({
        run_id: runId,
        ended_at: db.engine.instantParam(endedAt),
        scope: measure.scope,
        measure: JSON.stringify(measure),
      })
      .execute();
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== 'db_unique_violation') throw error;
  }
}

async function readContent(session: Session, runId: string): Promise<ContentMeasure | null> {
  const newest = session.q
    .selectFrom('work_item_attempts')
    .select('ingest_id')
    .where('run_id', '=', runId)
    .where('outcome', '=', 'completed')
    .where('ingest_id', 'is not', null)
    .orderBy('finished_at', 'desc');
  const attempts = await session.engine.take(newest, sampleSize).execute();
  const ids = attempts.flatMap(({ ingest_id: id }) => (id === null ? [] : [id]));
  if (ids.length === 0) return null;
  const records = await session.q
    .selectFrom('IngestRecords')
    .select([
      'resource_id',
      'content_hash',
      'body_bytes',
      sql<string>`substring(payload, 1, ${sql.lit(headLength)})`.as('head'),
    ])
    .where('ingest_id', 'in', session.engine.listed(ids))
    .execute();
  return measureContent(
    records.map((record) => ({
      resourceId: record.resource_id,
      hash: record.content_hash,
      bytes: record.body_bytes === null ? null : Number(record.body_bytes),
      head: record.head ?? '',
    })),
  );
}

/** Oldest first; what cannot be read is left out. */
export async function readMeasures(session: Session): Promise<RunMeasure[]> {
  const newest = session.q
    .selectFrom('run_measures')
    .select(['run_id', 'ended_at', 'measure'])
    .orderBy('ended_at', 'desc')
    .orderBy('run_id', 'desc');
  const rows = await session.engine.take(newest, mostRead).execute();
  return rows.toReversed().flatMap((row) => {
    const measure = measuredSchema.safeParse(JSON.parse(row.measure));
    return measure.success ? [{ ...measure.data, runId: row.run_id, endedAt: row.ended_at }] : [];
  });
}

export async function purgeOldMeasures({ q, engine }: Session): Promise<void> {
  const old = engine.nowPlus(-keptDays * dayMs);
  await q.deleteFrom('run_measures').where('ended_at', '<', old).execute();
  await q.deleteFrom('alerts').where('closed_at', '<', old).execute();
  await q.deleteFrom('alert_mutes').where('until', '<', old).execute();
}
