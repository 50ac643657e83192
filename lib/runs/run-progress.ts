/** How far a run has come, from its exact numbers: the cost does not grow with its items. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { WorkItemStatus } from '#db/schema.ts';
import { statusIs } from '#lib/queue/lease/leased-item.ts';
import { requireRunRow } from './get-run.ts';

const windowMs = 5 * 60_000;

export interface RunProgress {
  readonly byStatus: Readonly<Record<WorkItemStatus, number>>;
  /** Items finished per minute over the last 5 minutes, or since the start of a younger run. */
  readonly itemsPerMinute: number;
  /** Milliseconds until the queue is empty at this rate; null when the rate or the rest says nothing. */
  readonly etaMs: number | null;
}

/** @throws AppError `not_found` */
export async function runProgress(s: Session, runId: string): Promise<RunProgress> {
  const run = await requireRunRow(s, runId);
  const inProgress = await countInProgress(s, runId);
  const open = Math.max(0, run.items_total - run.items_processed);
  const itemsPerMinute = await rate(s, runId);
  const byStatus = {
    pending: Math.max(0, open - inProgress),
    in_progress: inProgress,
    completed: run.items_succeeded,
    failed: run.items_failed,
    skipped: run.items_skipped,
  };
  const moving = run.status === 'running' && run.paused_at === null && itemsPerMinute > 0;
  return {
    byStatus,
    itemsPerMinute,
    etaMs: moving && open > 0 ? Math.round((open / itemsPerMinute) * 60_000) : null,
  };
}

/** Items of the run that workers hold: as many as they take at once, however large the run is. */
export async function countInProgress(s: Session, runId: string): Promise<number> {
  const row = await s.q
    .selectFrom('work_items')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('run_id', '=', runId)
    .where('status', '=', statusIs('in_progress'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

async function rate(s: Session, runId: string): Promise<number> {
  const { engine } = s;
  const row = await s.q
    .selectFrom('work_item_attempts')
    .select((eb) => [
      eb.fn.countAll<number>().as('count'),
      sql<number | null>`${engine.diffMs(sql`min(finished_at)`, engine.now())}`.as('since_ms'),
    ])
    .where('run_id', '=', runId)
    .where('finished_at', '>=', engine.nowPlus(-windowMs))
    .where('outcome', 'in', ['completed', 'unchanged', 'failed', 'skipped'])
    .executeTakeFirstOrThrow();
  const count = Number(row.count);
  // Less than a second says too little to multiply up.
  const minutes = Math.max(1_000, row.since_ms ?? 0) / 60_000;
  return count === 0 ? 0 : count / minutes;
}

export interface RunErrorCluster {
  readonly errorCode: string | null;
  readonly count: number;
  readonly example: string | null;
}

/** Why items of the run failed: the ten most frequent codes, each with one message. */
export async function runErrors(s: Session, runId: string): Promise<RunErrorCluster[]> {
  const query = s.q
    .selectFrom('work_items')
    .select((eb) => [
      'error_code',
      eb.fn.countAll<number>().as('count'),
      eb.fn.max('error_message').as('example'),
    ])
    .where('run_id', '=', runId)
    .where('status', '=', statusIs('failed'))
    .groupBy('error_code')
    .orderBy('count', 'desc');
  const rows = await s.engine.take(query, 10).execute();
  return rows.map((row) => ({
    errorCode: row.error_code,
    count: Number(row.count),
    example: row.example,
  }));
}
