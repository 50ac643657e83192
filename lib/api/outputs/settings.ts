/** Answers about channels of notices and the check of the database. */
import { z } from 'zod';
import { publicErrorOutput } from './shared.ts';

export const channelOutput = z.object({
  channelId: z.string(),
  name: z.string(),
  kind: z.enum(['webhook', 'slack', 'teams', 'email']),
  host: z.string(),
  enabled: z.boolean(),
  alerts: z.boolean(),
  runEnds: z.boolean(),
  timing: z.object({
    timeZone: z.string(),
    digest: z
      .union([z.object({ everyMinutes: z.number() }), z.object({ at: z.string() })])
      .nullable(),
    quiet: z.object({ from: z.string(), to: z.string(), days: z.array(z.number()) }).nullable(),
    breaksThrough: z.enum(['information', 'warning', 'critical']).nullable(),
  }),
  blockedUntil: z.string().nullable(),
});

export const deliveryOutput = z.object({
  messageId: z.string(),
  channelId: z.string(),
  type: z.string(),
  title: z.string(),
  createdAt: z.string(),
  attempts: z.number(),
  outcome: z.enum(['held', 'waiting', 'delivered', 'given_up']),
  heldUntil: z.string().nullable(),
  settledAt: z.string().nullable(),
  lastAnswer: z.string().nullable(),
});

export const answerOutput = z.object({ ok: z.boolean(), words: z.string() });

export const smokeResultOutput = z.object({
  name: z.string(),
  outcome: z.enum(['failed', 'skipped', 'passed']),
  steps: z.array(z.string()),
  durationMs: z.number(),
  error: publicErrorOutput.nullable(),
});
