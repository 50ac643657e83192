/** Answers about schedules, workers and totals. */
import { z } from 'zod';
import { byStatusOutput, launchRequestOutput } from './shared.ts';

export const scheduleOutput = z.object({
  scheduleId: z.string(),
  name: z.string(),
  cron: z.string(),
  timezone: z.string(),
  enabled: z.boolean(),
  request: launchRequestOutput.nullable(),
  nextAt: z.string().nullable(),
  lastAt: z.string().nullable(),
  lastRunId: z.string().nullable(),
  lastOutcome: z.string().nullable(),
  createdBy: z.string().nullable(),
  updatedAt: z.string(),
});

export const workerOutput = z.object({
  workerId: z.string(),
  hostName: z.string(),
  pid: z.number(),
  version: z.string(),
  concurrency: z.number(),
  startedAt: z.string(),
  heartbeatAt: z.string(),
  stoppedAt: z.string().nullable(),
  state: z.enum(['running', 'stopped', 'draining', 'lost']),
  silentMs: z.number(),
  inFlight: z.number(),
  itemsCompleted: z.number(),
  itemsFailed: z.number(),
  facts: z.object({
    rescued: z.number(),
    retried: z.number(),
    lost: z.number(),
    released: z.number(),
    recent: z.object({
      rescued: z.number(),
      deadlocks: z.number(),
      busy: z.number(),
      connectionsLost: z.number(),
      poolWaits: z.number(),
    }),
    pool: z
      .object({
        used: z.number(),
        free: z.number(),
        waiting: z.number(),
        max: z.number(),
        longestWaitMs: z.number(),
        p95WaitMs: z.number(),
      })
      .nullable(),
    clockSkewMs: z.number().nullable(),
    lowDisk: z
      .object({ what: z.string(), freeBytes: z.number(), pauseBelowBytes: z.number() })
      .nullable(),
  }),
});

export const sourceTotalsOutput = z.object({
  sourceSystem: z.string(),
  sourceName: z.string(),
  totals: byStatusOutput,
});
