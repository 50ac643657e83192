/** What a worker does beside items: renew leases, say that it lives, keep runs and queue in order. */
import type { Db } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { forgetOldOutcomes } from '#lib/bulk-actions/forget-outcomes.ts';
import { workOnBulkActions } from '#lib/bulk-actions/work.ts';
import { checkNextTotals } from '#lib/counters/check-next-totals.ts';
import { tellOfTheLoop } from '#lib/events/tell-of-the-loop.ts';
import type { Logger } from '#lib/log.ts';
import { foldAttempts, forgetOldCounts } from '#lib/metrics/fold-attempts.ts';
import { forgetOld } from '#lib/retention/forget.ts';
import { finishRuns } from '#lib/runs/finish-runs.ts';
import { prepareRuns } from '#lib/runs/prepare-runs.ts';
import { endSpentRuns } from '#lib/runs/spent-budget.ts';
import { runDueSchedules } from '#lib/schedules/run-due-schedules.ts';
import { noTrouble, recentMinutes, type Trouble } from '#lib/workers/facts.ts';
import { type Heartbeat, heartbeatEveryMs } from '#lib/workers/model.ts';
import { forgetOldWorkers, heartbeat } from '#lib/workers/presence.ts';
import { every } from './every.ts';
import type { InFlight } from './in-flight.ts';
import { fenceOf } from './pipeline/complete.ts';
import type { PipelineContext } from './pipeline/context.ts';
import { recentTrouble } from './recent-trouble.ts';
import type { Stop } from './stop.ts';

const runsEveryMs = 1_000;
const bulkActionsEveryMs = 500;
const rescueEveryMs = 5_000;
const countersEveryMs = 10_000;
const attemptsEveryMs = 30_000;
const totalsEveryMs = 60_000;
const schedulesEveryMs = 10_000;
const tellEveryMs = 10_000;
const claimsEveryMs = 1_000;
const forgetEveryMs = 3_600_000;
const reportEveryMs = 30_000;
/** An answer that took longer says too little about the other clock, ms. */
const slowestClockAnswerMs = 1_000;

/** What happened in the duties, for the heartbeat and the console's warnings. */
export interface DutyFigures {
  rescued: number;
  /** Absent until the first heartbeat. */
  recent?: Trouble;
  clockSkewMs?: number;
}

/** Extends the leases of all items in hand; breaks off the work on those that were lost. */
async function renewLeases(inFlight: InFlight, context: PipelineContext): Promise<void> {
  const held = inFlight.held();
  if (held.length === 0) return;
  const renewed = await context.store.renewLease(held.map(fenceOf), context.leaseMs);
  const kept = new Set(renewed.map(({ leaseId }) => leaseId));
  const asked = new Set(held);
  inFlight.breakOff('lease_lost', (one) => asked.has(one) && !kept.has(one.item.leaseId));
}

/** Runs that are being put together, runs that have spent their budget, runs with nothing left to do. */
export async function tendRuns(context: PipelineContext): Promise<void> {
  await endSpentRuns(context.db);
  await prepareRuns(context.db);
  await finishRuns(context.db, (runId) => context.claimsTold.tellOfRun(context.db, runId));
}

/** Says what was done since the last time, when anything was; each item by itself is for --verbose. */
function reporter(inFlight: InFlight, log: Logger): () => Promise<void> {
  let reported = { ...inFlight.tally };
  return async () => {
    const { completed, failed, retried, discovered } = inFlight.tally;
    const since = {
      completed: completed - reported.completed,
      failed: failed - reported.failed,
      retried: retried - reported.retried,
      discovered: discovered - reported.discovered,
    };
    reported = { ...inFlight.tally };
    if (Object.values(since).some((count) => count > 0)) {
      log.info({ ...since, in_flight: inFlight.size }, 'items processed');
    }
  };
}

export function figuresOf(inFlight: InFlight, figures: DutyFigures): Heartbeat {
  const { tally } = inFlight;
  return {
    inFlight: inFlight.size,
    itemsCompleted: tally.completed,
    itemsFailed: tally.failed,
    facts: {
      rescued: figures.rescued,
      retried: tally.retried,
      lost: tally.lost,
      released: tally.released,
      recent: figures.recent ?? noTrouble,
      clockSkewMs: figures.clockSkewMs ?? null,
    },
  };
}

/** The trouble of the last minutes, looked at once a heartbeat. */
function troubleWatch(db: Db, figures: DutyFigures): () => Trouble {
  const recent = recentTrouble(recentMinutes * 60_000);
  let poolWaits = 0;
  return () => {
    if (db.stats.pool().waiting > 0) poolWaits += 1;
    return recent(performance.now(), {
      rescued: figures.rescued,
      deadlocks: db.stats.deadlocksRetried,
      busy: db.stats.busyRetried,
      connectionsLost: db.stats.connectionsLostRetried,
      poolWaits,
    });
  };
}

/** How far this machine's clock is ahead of the database's; null when the answer took too long to tell. */
function clockSkewMs(sentAtMs: number, databaseNow: Instant | null): number | null {
  const answeredAtMs = Date.now();
  if (databaseNow === null || answeredAtMs - sentAtMs > slowestClockAnswerMs) return null;
  return Math.round((sentAtMs + answeredAtMs) / 2 - Date.parse(databaseNow));
}

/** Starts every duty; resolves when `ended` is aborted and all have come to rest. */
export async function performDuties(
  context: PipelineContext,
  inFlight: InFlight,
  stop: Stop,
  ended: AbortSignal,
  figures: DutyFigures,
): Promise<void> {
  const { db, store, log, workerId, leaseMs } = context;
  const trouble = troubleWatch(db, figures);
  const duties = [
    {
      what: 'renew leases',
      everyMs: Math.floor(leaseMs / 3),
      run: () => renewLeases(inFlight, context),
    },
    {
      what: 'say that this worker lives',
      everyMs: heartbeatEveryMs,
      run: async () => {
        figures.recent = trouble();
        const sentAtMs = Date.now();
        const answer = await heartbeat(db, workerId, figuresOf(inFlight, figures));
        const skewMs = clockSkewMs(sentAtMs, answer.databaseNow);
        if (skewMs !== null) figures.clockSkewMs = skewMs;
        if (answer.draining) stop.request('an operator asked it to finish');
      },
    },
    {
      what: 'rescue expired leases',
      everyMs: rescueEveryMs,
      run: async () => {
        const rescued = await store.rescueExpired();
        figures.rescued += rescued;
        if (rescued > 0) log.warn({ rescued }, 'returned items of workers that fell silent');
      },
    },
    { what: 'tend the runs', everyMs: runsEveryMs, run: () => tendRuns(context) },
    {
      what: 'work on background actions',
      everyMs: bulkActionsEveryMs,
      run: async () => {
        await workOnBulkActions(db, { owner: workerId, signal: ended });
      },
    },
    {
      what: 'launch due schedules',
      everyMs: schedulesEveryMs,
      run: async () => {
        await runDueSchedules(db);
      },
    },
    {
      what: 'fold the counters',
      everyMs: countersEveryMs,
      run: async () => {
        await db.engine.rollUpCounters(db);
      },
    },
    {
      what: 'count the attempts that ended',
      everyMs: attemptsEveryMs,
      run: async () => {
        await foldAttempts(db);
      },
    },
    { what: 'forget old counts', everyMs: forgetEveryMs, run: () => forgetOldCounts(db) },
    {
      what: 'compare totals with the items',
      everyMs: totalsEveryMs,
      run: async () => {
        const checked = await checkNextTotals(db);
        if (checked)
          log[checked.outcome === 'mended' ? 'warn' : 'debug'](checked, 'totals compared');
      },
    },
    { what: 'tell of the loop', everyMs: tellEveryMs, run: () => tellOfTheLoop(db) },
    {
      what: 'tell of claims',
      everyMs: claimsEveryMs,
      run: () => context.claimsTold.tellDue(db),
    },
    { what: 'report', everyMs: reportEveryMs, run: reporter(inFlight, log) },
    { what: 'forget old workers', everyMs: forgetEveryMs, run: () => forgetOldWorkers(db) },
    {
      what: 'forget old outcomes of background actions',
      everyMs: forgetEveryMs,
      run: async () => {
        await forgetOldOutcomes(db);
      },
    },
    { what: 'forget what was kept long enough', everyMs: forgetEveryMs, run: () => forgetOld(db) },
  ];
  await Promise.all(duties.map((duty) => every(duty, log, ended)));
}
