/** What a worker says of itself beside its numbers: what it met, and what of that happened lately. */
import { z } from 'zod';

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

/** FaultCounts older than this is no longer told as recent, minutes. */
export const recentMinutes = 10;

const workerFactsSchema = z.object({
  /** Since the worker started. */
  rescued: count,
  retried: count,
  lost: count,
  released: count,
  /** In the last `recentMinutes`. */
  recent: faultCountsSchema.catch(noFaults),
  /** The worker's clock minus the database's, ms; null = not measured. Leases never use it. */
  clockSkewMs: z.number().nullable().catch(null),
});
export type WorkerFacts = z.output<typeof workerFactsSchema>;

/** Stored facts, whichever version wrote them: what is not there counts as nothing. */
export function parseWorkerFacts(text: string | null): WorkerFacts {
  const value: unknown = text === null ? null : JSON.parse(text);
  return workerFactsSchema.safeParse(value).data ?? workerFactsSchema.parse({});
}
