/** Answers about runs. */
import { z } from 'zod';
import { anyJson, byStatusOutput, launchRequestOutput, waitingReasonOutput } from './shared.ts';

export const runOutput = z.object({
  runId: z.string(),
  kind: z.enum(['recrawl', 'retry', 'seed']),
  name: z.string(),
  status: z.enum(['running', 'completed', 'failed', 'cancelled']),
  phase: z.enum(['preparing', 'ready', 'ending']),
  startedAt: z.string(),
  completedAt: z.string().nullable(),
  pausedAt: z.string().nullable(),
  endReason: z
    .enum(['error', 'finished', 'stopped', 'cancelled', 'budget', 'request_budget', 'time_budget'])
    .nullable(),
  itemsTotal: z.number(),
  itemsProcessed: z.number(),
  itemsSucceeded: z.number(),
  itemsFailed: z.number(),
  itemsSkipped: z.number(),
  itemsDiscovered: z.number(),
  itemsRetried: z.number(),
  itemsUnchanged: z.number(),
  itemsMissing: z.number(),
  maxItems: z.number().nullable(),
  maxDepth: z.number().nullable(),
  maxRequests: z.number().nullable(),
  requestsSent: z.number(),
  deadlineAt: z.string().nullable(),
  parentRunId: z.string().nullable(),
  launchedBy: z.string().nullable(),
  request: launchRequestOutput.nullable(),
  sourceRevisions: z.record(z.string(), z.number()),
  heartbeatAt: z.string().nullable(),
  errorMessage: z.string().nullable(),
});

const sourcePreviewOutput = z.object({
  name: z.string(),
  items: z.number().nullable(),
  isAtLeast: z.boolean(),
  requests: z.number().nullable(),
  knownSeeds: z.number(),
  isPaused: z.boolean(),
});

export const launchPreviewOutput = z.object({
  sources: z.array(sourcePreviewOutput),
  items: z.number().nullable(),
  requests: z.number().nullable(),
  isAtLeast: z.boolean(),
  leastMs: z.number(),
});

export const runProgressOutput = z.object({
  byStatus: byStatusOutput,
  itemsPerMinute: z.number(),
  etaMs: z.number().nullable(),
  waits: waitingReasonOutput.nullable(),
});

const ingestEventOutput = z.object({
  eventId: z.number(),
  at: z.string(),
  kind: z.string(),
  level: z.enum(['error', 'info', 'warn']),
  message: z.string(),
  runId: z.string().nullable(),
  sourceName: z.string().nullable(),
  workItemId: z.string().nullable(),
  workerId: z.string().nullable(),
  host: z.string().nullable(),
  data: anyJson,
});

export const eventPageOutput = z.object({
  events: z.array(ingestEventOutput),
  searchedTo: z.number().nullable(),
  more: z.boolean(),
});
