/**
 * What a worker does beside items: what the pulse finds due (`pulse.ts`), and what the clock alone decides: renewing
 * leases, heartbeats, purges.
 */
import { inBackground } from '#db/background.ts';
import type { Db } from '#db/engine.ts';
import { evaluateEveryMs, evaluateInTurn } from '#lib/alerts/evaluate.ts';
import { sealAudit } from '#lib/audit/seal-audit.ts';
import type { WatchedDisks } from '#lib/disks/disks.ts';
import { endBlocks } from '#lib/hosts/blocks.ts';
import { workOnBulkActions } from '#lib/items/bulk/work.ts';
import type { Logger } from '#lib/log.ts';
import { rollUpAttempts } from '#lib/metrics/roll-up-attempts.ts';
import { deliverNotices } from '#lib/notices/deliver.ts';
import type { Outgoing } from '#lib/notices/send.ts';
import { purgeInTurn } from '#lib/retention/purge.ts';
import { endSpentRuns, finishRuns } from '#lib/runs/finish-runs.ts';
import { prepareRuns } from '#lib/runs/prepare-runs.ts';
import { recordProgress } from '#lib/runs/record-progress.ts';
import { runDueSchedules } from '#lib/schedules/run-due-schedules.ts';
import { endPauses } from '#lib/sources/lifecycle.ts';
import { sampleInTurn } from '#lib/storage/sample.ts';
import { checkNextTotals, repairQueue } from '#lib/totals/check-next-totals.ts';
import { heartbeatEveryMs } from '#lib/workers/model.ts';
import { expireSilentWorkers, heartbeat } from '#lib/workers/presence.ts';
import { type DiskGuard, lookEveryMs } from './disk-guard.ts';
import type { Drain } from './drain.ts';
import type { DueWork } from './due-work.ts';
import {
  clockSkewMs,
  type DutyFigures,
  figuresOf,
  recentFaultCounts,
  reporter,
} from './figures.ts';
import type { InFlight } from './in-flight.ts';
import { notingCertificates } from './note-certificates.ts';
import { fenceOf } from './pipeline/complete.ts';
import type { PipelineContext } from './pipeline/context.ts';
import { type DueDuty, Pulse } from './pulse.ts';
import { purgeEveryMs, purges } from './purges.ts';
import { levelOf, pause } from './retry-transient.ts';
import { Standstill } from './standstill.ts';

const rescueEveryMs = 5_000;
const countersEveryMs = 10_000;
const attemptsEveryMs = 30_000;
const progressEveryMs = 10_000;
const sealEveryMs = 5_000;
const claimsEveryMs = 1_000;
const storageEveryMs = 600_000;
const reportEveryMs = 30_000;
/** Hours are whole without a new attempt, and rows that say when something was compared last may be gone. */
const inAnyCaseMs = 600_000;

/** Extends the leases of all leased items; breaks off the work on those that were lost. */
async function renewLeases(inFlight: InFlight, context: PipelineContext): Promise<void> {
  const leased = inFlight.leased();
  if (leased.length === 0) return;
  const renewed = await context.store.renewLease(leased.map(fenceOf), context.leaseMs);
  const kept = new Set(renewed.map(({ leaseId }) => leaseId));
  const asked = new Set(leased);
  inFlight.breakOff('lease_lost', (one) => asked.has(one) && !kept.has(one.item.leaseId));
}

/** Takes back what was leased by workers that are gone; what cannot be taken back is said and left for the next time. */
export async function rescueExpired(
  { store, log }: PipelineContext,
  figures: DutyFigures,
): Promise<void> {
  const rescued = await store.rescueExpired(undefined, {
    onFault: (itemId, error) =>
      log[levelOf(error)]({ err: error, item_id: itemId }, 'an item could not be rescued'),
  });
  figures.rescued += rescued;
  if (rescued > 0) log.warn({ rescued }, 'returned items whose leases ran out');
}

type RunsDue = Pick<DueWork, 'spentRuns' | 'runsAtWork'>;
const whateverRunsNeed: RunsDue = { spentRuns: true, runsAtWork: true };

/**
 * Runs that are being put together, runs that have spent their budget, runs with nothing left to do.
 * @param disks without room no run is put together
 */
export async function advanceRuns(
  context: PipelineContext,
  { spentRuns, runsAtWork } = whateverRunsNeed,
  disks?: DiskGuard,
): Promise<void> {
  if (spentRuns) await endSpentRuns(context.db);
  if (runsAtWork && !disks?.low) await prepareRuns(context.db);
  await finishRuns(context.db, async (runId) => {
    await context.claimEvents.recordRun(context.db, runId);
    await context.cuts.recordRun(context.db, runId);
  });
}

export async function advanceDueRuns(
  context: PipelineContext,
  due: DueWork,
  disks?: DiskGuard,
): Promise<void> {
  if (runsAreDue(due)) await advanceRuns(context, due, disks);
}

const runsAreDue = ({ runsAtTheirEnd, runsAtWork, spentRuns }: DueWork): boolean =>
  runsAtTheirEnd || runsAtWork || spentRuns;

/** What there is to do at every beat of the pulse, in the order in which it is started. */
export function dutiesOfPulse(context: PipelineContext, parts: DutyParts): DueDuty[] {
  const { db, log, workerId } = context;
  const { figures, ended, inFlight } = parts;
  return [
    new Standstill(db, log, inFlight).duty(),
    {
      what: 'rescue expired leases',
      isDue: ({ rescue }) => rescue,
      atLeastMs: rescueEveryMs,
      fillsQueue: true,
      run: async () => {
        await rescueExpired(context, figures);
      },
    },
    {
      what: 'advance the runs',
      isDue: runsAreDue,
      fillsQueue: true,
      run: (due) => advanceRuns(context, due, parts.disks),
    },
    {
      what: 'work on background actions',
      isDue: ({ bulkActions }) => bulkActions,
      run: async () => {
        await workOnBulkActions(db, { owner: workerId, signal: ended });
      },
    },
    {
      what: 'launch due schedules',
      isDue: ({ schedules }) => schedules && !parts.disks?.low,
      run: async () => {
        await runDueSchedules(db);
      },
    },
    {
      what: 'resume sources whose pause is over',
      isDue: ({ pauses }) => pauses,
      fillsQueue: true,
      run: async () => {
        const resumed = await endPauses(db);
        if (resumed > 0) log.info({ resumed }, 'resumed sources whose pause was over');
      },
    },
    {
      what: 'roll up the totals',
      isDue: ({ totals }) => totals,
      atLeastMs: countersEveryMs,
      run: async () => {
        await db.engine.rollUpTotals(db);
      },
    },
    {
      what: 'roll up the attempts',
      isDue: ({ attempts }) => attempts,
      atLeastMs: attemptsEveryMs,
      atMostMs: inAnyCaseMs,
      run: async () => {
        await rollUpAttempts(db);
      },
    },
    {
      what: 'compare totals with the items',
      isDue: ({ totalsComparison }) => totalsComparison,
      atMostMs: inAnyCaseMs,
      run: async () => {
        const checked = await checkNextTotals(db);
        if (checked)
          log[checked.outcome === 'repaired' ? 'warn' : 'debug'](checked, 'totals compared');
      },
    },
    {
      what: 'compare the queue with the items',
      isDue: ({ queueComparison }) => queueComparison,
      atMostMs: inAnyCaseMs,
      run: async () => {
        const repaired = await repairQueue(db);
        if (repaired)
          log.warn({ repaired }, 'repaired the queue: items came in without its trigger');
      },
    },
    {
      what: 'deliver notices',
      isDue: ({ notices }) => notices,
      run: async () => {
        await deliverNotices(db, parts.outgoing);
      },
    },
    {
      what: 'seal the audit log',
      isDue: ({ audit }) => audit,
      atLeastMs: sealEveryMs,
      run: async () => {
        await sealAudit(db);
      },
    },
    {
      what: 'record the progress',
      isDue: ({ blocks, silentWorkers, progress }) => blocks || silentWorkers || progress,
      atLeastMs: progressEveryMs,
      run: (due) => recordLoopProgress(db, due),
    },
  ];
}

/** What there is to do by the clock alone. */
export function dutiesOfClock(context: PipelineContext, parts: DutyParts): Duty[] {
  const { db, log, workerId, leaseMs, claimEvents, cuts } = context;
  const { inFlight, figures } = parts;
  const faults = recentFaultCounts(db, figures);
  const beat = () => {
    figures.recent = faults();
    return heartbeat(db, workerId, figuresOf(db, inFlight, figures, parts.disks));
  };
  return [
    {
      what: 'renew leases',
      everyMs: Math.floor(leaseMs / 3),
      isUrgent: true,
      run: () => renewLeases(inFlight, context),
    },
    {
      what: 'send a heartbeat',
      everyMs: heartbeatEveryMs,
      isUrgent: true,
      run: beat,
    },
    {
      what: 'look at the disks',
      everyMs: lookEveryMs,
      isUrgent: true,
      run: async () => {
        if (await parts.disks?.look(db)) await beat();
      },
    },
    {
      what: 'take a sample of what is stored',
      everyMs: storageEveryMs,
      run: async () => {
        const { reads = db, watched = null } = parts;
        await sampleInTurn({ db, reads, watched, lake: context.lake, signal: parts.ended });
      },
    },
    { what: 'record the claims', everyMs: claimsEveryMs, run: () => claimEvents.recordDue(db) },
    { what: 'record what was left out', everyMs: claimsEveryMs, run: () => cuts.recordDue(db) },
    notingCertificates(context),
    { what: 'report', everyMs: reportEveryMs, run: reporter(inFlight, log) },
    ...purges(db),
    {
      what: 'evaluate the alert rules',
      everyMs: evaluateEveryMs,
      run: async () => {
        const evaluation = await evaluateInTurn(db, parts.watched);
        if (evaluation && evaluation.opened > 0) log.warn(evaluation, 'alerts opened');
      },
    },
    {
      what: 'purge what is past its retention',
      everyMs: purgeEveryMs,
      run: async () => {
        const round = await purgeInTurn(db, parts.ended);
        if (round?.stoppedBy) log.warn({ stopped_by: round.stoppedBy }, 'retention stopped early');
      },
    },
  ];
}

export interface DutyParts {
  readonly inFlight: InFlight;
  readonly figures: DutyFigures;
  readonly drain: Drain;
  readonly ended: AbortSignal;
  /** What notices are sent with. */
  readonly outgoing: Outgoing;
  /** For long reads, which hold up nobody. */
  readonly reads?: Db;
  readonly watched?: WatchedDisks;
  /** Absent = there is always room. */
  readonly disks?: DiskGuard;
}

/** The pulse of a worker, with the duties that it starts; it beats when it is run. */
export function pulseOf(context: PipelineContext, parts: DutyParts): Pulse {
  const { figures, drain } = parts;
  return new Pulse({
    workerId: context.workerId,
    log: context.log,
    duties: dutiesOfPulse(context, parts),
    onBeat: ({ draining, databaseNow }, sentAtMs) => {
      const skewMs = clockSkewMs(sentAtMs, databaseNow);
      if (skewMs !== null) figures.clockSkewMs = skewMs;
      drain.follow(draining);
    },
  });
}

/** Starts every duty; resolves when `ended` is aborted and all of them have ended. */
export async function performDuties(
  context: PipelineContext,
  pulse: Pulse,
  parts: DutyParts,
): Promise<void> {
  const { ended } = parts;
  const byClock = dutiesOfClock(context, parts).map((duty) => every(duty, context.log, ended));
  await Promise.all([pulse.run(context.db, ended), ...byClock]);
}

interface Duty {
  /** For the log: `renew leases`. */
  readonly what: string;
  readonly everyMs: number;
  /** It gives way to nobody; the others do, being repeated anyway. */
  readonly isUrgent?: boolean;
  readonly run: () => Promise<void>;
}

/** Starts the duty after its first interval; resolves when the signal is aborted and it has ended. */
async function every(duty: Duty, log: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(duty.everyMs, signal);
    if (signal.aborted) return;
    try {
      await (duty.isUrgent ? duty.run() : inBackground(duty.run));
    } catch (error) {
      log[levelOf(error)]({ err: error }, `could not ${duty.what}`);
    }
  }
}

/**
 * Records the events that no other transaction records: blocks of hosts that are over, workers that fell
 * silent, how far runs have come. Any number of workers may call it; each event is recorded once.
 */
async function recordLoopProgress(db: Db, due: DueWork): Promise<void> {
  if (due.blocks) await endBlocks(db);
  if (due.silentWorkers) await expireSilentWorkers(db);
  if (due.progress) await recordProgress(db);
}
