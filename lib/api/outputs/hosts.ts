/** Answers about hosts. */
import { z } from 'zod';
import { byStatusOutput } from './shared.ts';

export const hostOutput = z.object({
  host: z.string(),
  blockedUntil: z.string().nullable(),
  blockedReason: z.string().nullable(),
  delayMs: z.number().nullable(),
  paceMs: z.number(),
  robots: z.object({ status: z.number().nullable(), readAt: z.string() }).nullable(),
  robotsDelayMs: z.number().nullable(),
  adaptiveDelayMs: z.number(),
  latencyMs: z.number().nullable(),
  concurrency: z.number().nullable(),
  budget: z
    .object({
      limit: z.number().nullable(),
      remaining: z.number(),
      unit: z.string(),
      resets_in_s: z.number().nullable(),
    })
    .nullable(),
  consecutiveFailures: z.number(),
  requestsTotal: z.number(),
  count429: z.number(),
  count5xx: z.number(),
  lastStatus: z.number().nullable(),
  last429At: z.string().nullable(),
  lastRequestAt: z.string().nullable(),
  certificateUntil: z.string().nullable(),
});

const hostHourOutput = z.object({
  hour: z.string(),
  failed: z.number(),
  requests: z.number(),
  count_429: z.number(),
  count_5xx: z.number(),
});

const hostBlockOutput = z.object({
  blockId: z.string(),
  from: z.string(),
  until: z.string().nullable(),
  reason: z.string().nullable(),
  by: z.string().nullable(),
  endedAt: z.string().nullable(),
  endedBy: z.string().nullable(),
});

const storedRobotsOutput = z.object({
  status: z.number().nullable(),
  body: z.string().nullable(),
  readAt: z.string(),
});

const askingSourceOutput = z.object({
  sourceId: z.string().nullable(),
  type: z.string(),
  name: z.string(),
  askedAt: z.string(),
  waiting: z.number(),
  isAtLeast: z.boolean(),
  oldest: z.string().nullable(),
});

export const hostRoomOutput = z.object({
  host: hostOutput,
  totals: byStatusOutput,
  hours: z.array(hostHourOutput),
  blocks: z.array(hostBlockOutput),
  robots: storedRobotsOutput.nullable(),
  sources: z.array(askingSourceOutput),
});

export const robotsTrialOutput = z.object({
  url: z.string(),
  readAt: z.string(),
  status: z.number().nullable(),
  because: z.string().nullable(),
  allowed: z.boolean(),
  rule: z.object({ text: z.string(), line: z.number() }).nullable(),
  agents: z.array(z.string()),
});
