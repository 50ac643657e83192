/** A worker's presence: one row per process, alive as long as its heartbeat is recent, and what it reports of itself. */
import { z } from 'zod';
import type { Instant } from '#db/schema.ts';

const count = z.number().int().min(0).catch(0);

const faultCountsSchema = z.object({
  /** Items taken back from workers that fell silent. */
  rescued: count,
  /** Transactions run again after the server chose them as deadlock victim. */
  deadlocks: count,
  /** Statements that found the database busy and tried again. */
  busy: count,
  /** Transactions run again after their connection was lost. */
  connectionsLost: count,
  /** Heartbeats at which somebody waited for a connection of the pool. */
  poolWaits: count,
});
export type FaultCounts = z.output<typeof faultCountsSchema>;
export const noFaults: FaultCounts = faultCountsSchema.parse({});

/** Faults older than this are no longer reported as recent, minutes. */
export const recentMinutes = 10;

/** The connections of the process when it sent its heartbeat, and how long was waited for one lately, ms. */
const poolSchema = z.object({
  used: count,
  free: count,
  waiting: count,
  max: count,
  longestWaitMs: count,
  p95WaitMs: count,
});

/** The disk for whose sake the worker begins nothing new. */
const lowDiskSchema = z.object({
  what: z.string(),
  freeBytes: z.number(),
  pauseBelowBytes: z.number(),
});

const workerFactsSchema = z.object({
  /** Since the worker started. */
  rescued: count,
  retried: count,
  lost: count,
  released: count,
  /** In the last `recentMinutes`. */
  recent: faultCountsSchema.catch(noFaults),
  /** Null of a worker that does not tell. */
  pool: poolSchema.nullable().catch(null),
  /** The worker's clock minus the database's, ms; null = not measured. Leases never use it. */
  clockSkewMs: z.number().nullable().catch(null),
  /** Null while there is room. */
  lowDisk: lowDiskSchema.nullable().catch(null),
});
export type WorkerFacts = z.output<typeof workerFactsSchema>;

/** Stored facts, whichever version wrote them: what is not there counts as nothing. */
export function parseWorkerFacts(text: string | null): WorkerFacts {
  const value: unknown = text === null ? null : JSON.parse(text);
  return workerFactsSchema.safeParse(value).data ?? workerFactsSchema.parse({});
}

/** A worker whose heartbeat is older than this is taken for dead, ms. */
export const lostAfterMs = 30_000;
/** Time between two heartbeats, ms. */
export const heartbeatEveryMs = 5_000;

export type WorkerState = 'running' | 'draining' | 'stopped' | 'lost';

export interface Worker {
  readonly workerId: string;
  readonly hostName: string;
  readonly pid: number;
  readonly version: string;
  readonly concurrency: number;
  readonly startedAt: Instant;
  readonly heartbeatAt: Instant;
  readonly stoppedAt: Instant | null;
  readonly state: WorkerState;
  /** Since its last heartbeat, by the database's clock. */
  readonly silentMs: number;
  readonly inFlight: number;
  readonly itemsCompleted: number;
  readonly itemsFailed: number;
  readonly facts: WorkerFacts;
}

/** What a worker says about itself at every heartbeat. */
export interface Heartbeat {
  readonly inFlight: number;
  readonly itemsCompleted: number;
  readonly itemsFailed: number;
  readonly facts: WorkerFacts;
}

interface PresenceFacts {
  readonly stoppedAt: Instant | null;
  readonly draining: boolean;
  readonly silentMs: number;
}

export function workerState({ stoppedAt, draining, silentMs }: PresenceFacts): WorkerState {
  if (stoppedAt !== null) return 'stopped';
  if (silentMs > lostAfterMs) return 'lost';
  return draining ? 'draining' : 'running';
}
