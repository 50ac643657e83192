/** A worker's presence: one row per process, told from dead ones by its heartbeat. */
import type { Instant } from '#db/schema.ts';
import type { WorkerFacts } from './facts.ts';

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
