/** How far a run has come, and how fast: the cost does not grow with its items. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import { isStatementTimeout } from '#db/errors.ts';
import type { AttemptOutcome, Instant, WorkItemStatus } from '#db/schema.ts';
import { readNow } from '#lib/now.ts';
import { statusIs } from '#lib/queue/lease/leased-item.ts';
import { requireRunRow } from './run-row.ts';
import { type Ended, rateOf, sinceHalt } from './time-left.ts';

const minuteMs = 60_000;
const windowMs = 5 * minuteMs;

export interface RunProgress {
  readonly byStatus: Readonly<Record<WorkItemStatus, number>>;
}

/** @throws AppError `not_found` */
export async function runProgress(s: Session, runId: string): Promise<RunProgress> {
  const run = await requireRunRow(s, runId);
  const inProgress = await countInProgress(s, runId);
  const open = Math.max(0, run.items_total - run.items_processed);
  const byStatus = {
    pending: Math.max(0, open - inProgress),
    in_progress: inProgress,
    completed: run.items_succeeded,
    failed: run.items_failed,
    skipped: run.items_skipped,
  };
  return { byStatus };
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

/** Outcomes of an attempt that bring an item to its end; after the others it is tried again. */
export const endingOutcomes = ['completed', 'unchanged', 'failed', 'skipped'] as const;

export interface ItemRate {
  /** Items finished per minute over the last 5 minutes, or since the first of them, or since the run last stood still. */
  readonly itemsPerMinute: number;
  /** Since the last of them, ms; null when there is none. */
  readonly silentMs: number | null;
  /** The attempts that finished them, the newest first. */
  readonly ended: readonly Ended[];
  /** Attempts beside them after which an item is tried again. */
  readonly retried: number;
}

/** The newest attempts of the last five minutes; more say nothing more of a rate. */
const mostAttempts = 2_000;

export async function readItemRate(s: Session, runId: string): Promise<ItemRate> {
  const { engine } = s;
  const newest = s.q
    .selectFrom('work_item_attempts')
    .select(['source_name', 'host', 'outcome', 'duration_ms'])
    .select(engine.diffMs(sql.ref('finished_at'), engine.now()).as('ago_ms'))
    .where('run_id', '=', runId)
    .where('finished_at', '>=', engine.nowPlus(-windowMs))
    .orderBy('finished_at', 'desc');
  const rows = await engine.take(newest, mostAttempts).execute();
  const ended = rows.flatMap(({ source_name: source, host, outcome, ...row }): Ended[] =>
    isEnding(outcome)
      ? [
          {
            source,
            host,
            agoMs: Math.max(0, Number(row.ago_ms)),
            tookMs: Number(row.duration_ms ?? 0),
          },
        ]
      : [],
  );
  return {
    itemsPerMinute: rateOf(sinceHalt(ended)) * minuteMs,
    silentMs: ended[0]?.agoMs ?? null,
    ended,
    retried: rows.filter(({ outcome }) => outcome === 'retry' || outcome === 'expired').length,
  };
}

const isEnding = (outcome: AttemptOutcome): boolean =>
  endingOutcomes.some((ending) => ending === outcome);

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

const minutes = 60;
const queryTimeoutMs = 2_000;

/**
 * Attempts that ended in each minute of the run's last hour (of a running one: up to now), oldest first.
 * Read from an index alone; null when even that took longer than 2 s.
 */
export async function attemptsPerMinute(
  session: Session,
  run: { readonly runId: string; readonly completedAt: Instant | null },
): Promise<number[] | null> {
  const { engine } = session;
  try {
    return await engine.withTimeout(session, queryTimeoutMs, async (s) => {
      const end = await lastMinuteOf(s, run.completedAt);
      const from = end - (minutes - 1) * minuteMs;
      const rows = await s.q
        .selectFrom('work_item_attempts')
        .select((eb) => [
          engine.truncate(eb.ref('finished_at'), 'minute').as('minute'),
          eb.fn.countAll<number>().as('attempts'),
        ])
        .where('run_id', '=', run.runId)
        .where('finished_at', '>=', engine.instantParam(new Date(from).toISOString()))
        .groupBy((eb) => engine.truncate(eb.ref('finished_at'), 'minute'))
        .execute();
      const counts = new Map(rows.map((row) => [Date.parse(row.minute), Number(row.attempts)]));
      return Array.from({ length: minutes }, (_, at) => counts.get(from + at * minuteMs) ?? 0);
    });
  } catch (error) {
    if (isStatementTimeout(error)) return null;
    throw error;
  }
}

/** The minute of the run's end or of the present, by the database's clock, ms. */
async function lastMinuteOf(s: Session, completedAt: Instant | null): Promise<number> {
  const at = completedAt ?? (await readNow(s));
  return Math.floor(Date.parse(at) / minuteMs) * minuteMs;
}
