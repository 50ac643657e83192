/** Reads what rules judge: a dozen statements, whatever the number of items. */
import { sql } from 'kysely';
import { z } from 'zod';
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { readDisks, type WatchedDisks } from '#lib/disks/disks.ts';
import { jsonFromText } from '#lib/json.ts';
import { warningsOf } from '#lib/metrics/warnings.ts';
import { readResumption } from '#lib/stops/read-stop.ts';
import { readRepairedTotals } from '#lib/totals/check-next-totals.ts';
import { listWorkers } from '#lib/workers/list-workers.ts';
import { readCertificates, readSecretEnds, readSourceSecretEnds } from './endings.ts';
import { readMeasures } from './measure-runs.ts';
import type {
  AlertFacts,
  BacklogPoint,
  RecentAttempts,
  RunningRun,
  ScheduleFacts,
} from './model.ts';
import { type Mute, muteOfFailures } from './mutes.ts';
import { scopeOf } from './scope.ts';

const hourMs = 3_600_000;
/** More sources or runs at a time are not looked at. */
const mostRead = 1_000;

export async function readAlertFacts(
  session: Session,
  watched: WatchedDisks | null = null,
  mutes: readonly Mute[] = [],
): Promise<AlertFacts> {
  const { now, backlog } = await readState(session);
  const workers = await listWorkers(session);
  const totals = await session.engine.readTotals(session);
  const sum = (status: string) =>
    totals.reduce((all, row) => all + (row.status === status ? Number(row.item_count) : 0), 0);
  // What stands still because somebody stopped everything is no news.
  const resumption = await readResumption(session, now);
  const isStopped = resumption === 'not yet';
  const [pending, inProgress] = [sum('pending'), sum('in_progress')];
  return {
    now,
    workers,
    waiting: pending + inProgress,
    oldestReadyMs: pending === 0 || isStopped ? null : await readOldestReady(session),
    backlog: [...backlog, { at: now, pending }],
    attempts: await readAttempts(session, mutes),
    running: isStopped ? [] : await readRunning(session),
    measures: await readMeasures(session),
    schedules: await readSchedules(session),
    activeSources: await readActiveSources(session, isStopped ? now : resumption),
    disks: watched === null ? [] : await readDisks(session, watched),
    warnings: warningsOf({
      totals: { pending, in_progress: inProgress, completed: 0, failed: 0, skipped: 0 },
      workers,
      blockedHosts: [],
      pausedSources: [],
      repairedTotals: await readRepairedTotals(session),
    }),
    certificates: await readCertificates(session),
    secrets: [...(await readSecretEnds(session)), ...(await readSourceSecretEnds(session, now))],
  };
}

async function readOldestReady({ q, engine }: Session): Promise<number | null> {
  const row = await q
    .selectFrom(engine.pendingBy('oldest').as('item'))
    .select(engine.diffMs(sql.ref('available_at'), engine.now()).as('age_ms'))
    .where('available_at', '<=', engine.now())
    .executeTakeFirst();
  return row ? Math.max(0, Number(row.age_ms)) : null;
}

const backlogSchema = z.array(z.object({ at: z.string(), pending: z.number() })).catch([]);

/** What the evaluations remember, and the time by the database's clock. */
async function readState({
  q,
  engine,
}: Session): Promise<{ readonly now: Instant; readonly backlog: readonly BacklogPoint[] }> {
  const row = await q
    .selectFrom('alert_state')
    .select(['backlog', engine.now().as('now')])
    .executeTakeFirstOrThrow();
  return { now: row.now, backlog: backlogSchema.parse(jsonFromText(row.backlog)) };
}

const failures: ReadonlySet<string> = new Set(['failed', 'retry']);
const ended: ReadonlySet<string> = new Set([
  'completed',
  'unchanged',
  'failed',
  'retry',
  'skipped',
]);

/** Failures of a muted group are left out, as if they had not been tried. */
async function readAttempts(
  { q, engine }: Session,
  mutes: readonly Mute[],
): Promise<RecentAttempts[]> {
  const rows = await q
    .selectFrom('attempt_counts')
    .select(['source_name', 'outcome', 'error_code', 'http_status', 'host'])
    .select((eb) => eb.fn.sum<number>('attempts').as('attempts'))
    .where('unit', '=', 'minute')
    .where('starts_at', '>=', engine.nowPlus(-hourMs))
    .groupBy(['source_name', 'outcome', 'error_code', 'http_status', 'host'])
    .execute();
  const counted = rows.filter(
    ({ error_code: code, http_status: httpStatus, host }) =>
      code === null || muteOfFailures(mutes, { code, httpStatus, host }) === null,
  );
  return [...Map.groupBy(counted, (row) => row.source_name)].map(([sourceName, ofSource]) => {
    const count = (outcomes: ReadonlySet<string>) =>
      ofSource.reduce(
        (all, row) => all + (outcomes.has(row.outcome) ? Number(row.attempts) : 0),
        0,
      );
    return { sourceName, attempts: count(ended), failed: count(failures) };
  });
}

async function readRunning({ q, engine }: Session): Promise<RunningRun[]> {
  const query = q
    .selectFrom('ingest_runs')
    .select(['run_id', 'kind', 'request', 'source_revisions', 'paused_at'])
    .select(engine.diffMs(sql.ref('started_at'), engine.now()).as('age_ms'))
    .where('status', '=', 'running')
    .orderBy('started_at');
  const rows = await engine.take(query, mostRead).execute();
  return rows.map((row) => ({
    ...scopeOf(row),
    runId: row.run_id,
    ageMs: Number(row.age_ms),
    isPaused: row.paused_at !== null,
  }));
}

async function readSchedules({ q, engine }: Session): Promise<ScheduleFacts[]> {
  const query = q
    .selectFrom('schedules')
    .select(['schedule_id', 'name', 'last_outcome', 'next_at'])
    .select(engine.diffMs(sql.ref('next_at'), engine.now()).as('late_ms'))
    .where('enabled', '=', 1)
    .orderBy('schedule_id');
  const rows = await engine.take(query, mostRead).execute();
  return rows.map((row) => ({
    scheduleId: row.schedule_id,
    name: row.name,
    lateMs: row.next_at === null || Number(row.late_ms) <= 0 ? null : Number(row.late_ms),
    lastOutcome: row.last_outcome,
  }));
}

/** @param goesOnSince when work that was stopped went on; null = it never was */
async function readActiveSources(
  { q }: Session,
  goesOnSince: Instant | null,
): Promise<ReadonlyMap<string, Instant>> {
  const rows = await q
    .selectFrom('sources')
    .select(['name', 'updated_at'])
    .where('deleted_at', 'is', null)
    .where('paused_at', 'is', null)
    .where('enabled', '=', 1)
    .execute();
  return new Map(
    rows.map(({ name, updated_at: since }) => [
      name,
      goesOnSince !== null && goesOnSince > since ? goesOnSince : since,
    ]),
  );
}
