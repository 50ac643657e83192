/** What a worker says of itself: in its heartbeat, and in its log. */
import type { Db } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import type { Logger } from '#lib/log.ts';
import {
  type FaultCounts,
  type Heartbeat,
  noFaults,
  recentMinutes,
  type WorkerFacts,
} from '#lib/workers/model.ts';
import type { DiskGuard } from './disk-guard.ts';
import type { InFlight } from './in-flight.ts';
import { recentFaults } from './recent-faults.ts';

/** A slower answer says too little about the other clock, ms. */
const slowestClockAnswerMs = 1_000;

/** What happened in the duties, for the heartbeat and the console's warnings. */
export interface DutyFigures {
  rescued: number;
  /** Absent until the first heartbeat. */
  recent?: FaultCounts;
  clockSkewMs?: number;
}

export function figuresOf(
  db: Db,
  inFlight: InFlight,
  figures: DutyFigures,
  disks?: DiskGuard,
): Heartbeat {
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
      recent: figures.recent ?? noFaults,
      pool: poolInWholeMs(db),
      clockSkewMs: figures.clockSkewMs ?? null,
      lowDisk: disks?.low ?? null,
    },
  };
}

const poolInWholeMs = ({ stats }: Db): WorkerFacts['pool'] => {
  const { longestWaitMs, p95WaitMs, ...pool } = stats.pool();
  return {
    ...pool,
    longestWaitMs: Math.round(longestWaitMs),
    p95WaitMs: Math.round(p95WaitMs),
  };
};

/** The faults of the last minutes, read once a heartbeat. */
export function recentFaultCounts(db: Db, figures: DutyFigures): () => FaultCounts {
  const recent = recentFaults(recentMinutes * 60_000);
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

/** How far this machine's clock is ahead of the database's; null when the answer took too long to say. */
export function clockSkewMs(sentAtMs: number, databaseNow: Instant): number | null {
  const answeredAtMs = Date.now();
  if (answeredAtMs - sentAtMs > slowestClockAnswerMs) return null;
  return Math.round((sentAtMs + answeredAtMs) / 2 - Date.parse(databaseNow));
}

/** Logs what was done since the last report, when anything was; each single item is for --verbose. */
export function reporter(inFlight: InFlight, log: Logger): () => Promise<void> {
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
