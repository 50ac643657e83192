/** Answers about sources. */
import { z } from 'zod';
import { byStatusOutput, dayNumbersOutput, publicErrorOutput } from './shared.ts';

const storedSecretOutput = z.object({
  name: z.string(),
  since: z.string(),
  reference: z.string().nullable(),
});

export const sourceOutput = z.object({
  sourceId: z.string(),
  name: z.string(),
  type: z.string(),
  enabled: z.boolean(),
  pausedAt: z.string().nullable(),
  pausedReason: z.string().nullable(),
  pausedUntil: z.string().nullable(),
  settings: z.record(z.string(), z.unknown()),
  seeds: z.array(z.record(z.string(), z.unknown())),
  rateDelayMs: z.number(),
  maxAttempts: z.number(),
  revision: z.number(),
  storedSecrets: z.array(storedSecretOutput),
  changesFrom: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
});

export const sourceSummaryOutput = sourceOutput.extend({ counts: byStatusOutput });

const sampledItemOutput = z.object({
  resourceType: z.string(),
  resourceId: z.string(),
  from: z.enum(['discovered', 'seed']),
  outcome: z.enum(['failed', 'unchanged', 'fetched', 'alias']),
  status: z.number().nullable(),
  durationMs: z.number().nullable(),
  discovered: z.number(),
  error: publicErrorOutput.nullable(),
});

export const testFetchOutput = z.object({
  item: z.object({ resourceType: z.string(), resourceId: z.string(), requestUri: z.string() }),
  request: z
    .object({ method: z.string(), url: z.string(), headers: z.record(z.string(), z.string()) })
    .nullable(),
  response: z
    .object({
      status: z.number(),
      headers: z.record(z.string(), z.string()),
      finalUrl: z.string(),
      durationMs: z.number(),
      bytes: z.number(),
      contentType: z.string(),
      excerpt: z.string(),
      truncated: z.boolean(),
    })
    .nullable(),
  requests: z.number(),
  outcome: z.enum(['failed', 'unchanged', 'fetched', 'alias']),
  aliasOf: z.string().nullable(),
  error: publicErrorOutput.nullable(),
  discovered: z.object({
    total: z.number(),
    sample: z.array(z.object({ resourceType: z.string(), resourceId: z.string() })),
  }),
  more: z.array(sampledItemOutput),
});

export const sourceRevisionOutput = z.object({
  revision: z.number(),
  name: z.string(),
  type: z.string(),
  enabled: z.boolean(),
  settings: z.record(z.string(), z.unknown()),
  seeds: z.array(z.record(z.string(), z.unknown())),
  changedBy: z.string().nullable(),
  changedAt: z.string(),
  note: z.string().nullable(),
});

export const sourceCommentOutput = z.object({
  commentId: z.string(),
  at: z.string(),
  by: z.string(),
  body: z.string(),
});

export const sourceDayOutput = dayNumbersOutput.extend({ day: z.string() });
