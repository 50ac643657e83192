/** What the first page shows. */
import { z } from 'zod';
import { sourceTotalsOutput } from './operations.ts';
import { runOutput } from './runs.ts';
import { byStatusOutput, waitingReasonOutput } from './shared.ts';

const throughputPointOutput = z.object({
  at: z.string(),
  completed: z.number(),
  failed: z.number(),
  retried: z.number(),
});

const throughputOutput = z.object({
  window: z.enum(['1h', '24h', '7d']),
  unit: z.enum(['minute', 'hour']),
  points: z.array(throughputPointOutput),
});

const activeRunOutput = z.object({
  runId: z.string(),
  name: z.string(),
  kind: z.string(),
  phase: z.string(),
  startedAt: z.string(),
  pausedAt: z.string().nullable(),
  total: z.number(),
  succeeded: z.number(),
  failed: z.number(),
  skipped: z.number(),
  perMinute: z.number(),
  etaMs: z.number().nullable(),
  waits: waitingReasonOutput.nullable(),
});

const lastRunOutput = z.object({
  status: z.enum(['completed', 'failed', 'cancelled']),
  endReason: runOutput.shape.endReason,
  endedAt: z.string().nullable(),
  kind: z.string(),
  failed: z.number(),
  name: z.string(),
  skipped: z.number(),
  runId: z.string(),
  total: z.number(),
  succeeded: z.number(),
});

const errorExampleOutput = z.object({
  workItemId: z.string(),
  resourceId: z.string(),
  message: z.string().nullable(),
});

const errorClusterOutput = z.object({
  code: z.string(),
  httpStatus: z.number().nullable(),
  host: z.string().nullable(),
  sourceName: z.string().nullable(),
  attempts: z.number(),
  failed: z.number(),
  lastAt: z.string(),
  series: z.array(z.number()),
  example: errorExampleOutput.nullable(),
});

const backoffOutput = z.object({
  sourceName: z.string(),
  items: z.number(),
  nextAt: z.string(),
});

const warningOutput = z.object({
  kind: z.enum([
    'disk_low',
    'no_workers',
    'deadlocks',
    'workers_lost',
    'leases_rescued',
    'clock_skew',
    'database_busy',
    'connections_lost',
    'pool_saturated',
    'console_pool_saturated',
    'replica_away',
    'hosts_blocked',
    'totals_repaired',
    'sources_paused',
  ]),
  title: z.string(),
  detail: z.string(),
  href: z.string(),
});

export const overviewOutput = z.object({
  asOf: z.string(),
  totals: byStatusOutput,
  total: z.number(),
  sources: z.array(sourceTotalsOutput),
  throughput: throughputOutput,
  runs: z.array(activeRunOutput),
  lastRun: lastRunOutput.nullable(),
  oldestClaimable: z.object({ since: z.string(), ageMs: z.number() }).nullable(),
  errors: z.array(errorClusterOutput),
  backoff: z.array(backoffOutput),
  workers: z.object({ alive: z.number(), inFlight: z.number() }),
  warnings: z.array(warningOutput),
});
