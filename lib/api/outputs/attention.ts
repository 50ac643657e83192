/** Answers about alerts, mutes, quarantines and stopping everything. */
import { z } from 'zod';

export const muteOutput = z.object({
  muteId: z.string(),
  target: z.union([
    z.object({ kind: z.literal('rule'), rule: z.string() }),
    z.object({ kind: z.literal('source'), source: z.string() }),
    z.object({
      kind: z.literal('failures'),
      failures: z.object({
        code: z.string(),
        httpStatus: z.number().nullable(),
        host: z.string().nullable(),
      }),
    }),
  ]),
  label: z.string(),
  reason: z.string(),
  mutedBy: z.string(),
  mutedAt: z.string(),
  until: z.string(),
});

export const alertOutput = z.object({
  alertId: z.string(),
  rule: z.string(),
  openedAt: z.string(),
  seenAt: z.string(),
  seen: z.number(),
  closedAt: z.string().nullable(),
  acknowledgedAt: z.string().nullable(),
  acknowledgedBy: z.string().nullable(),
  mute: muteOutput.nullable(),
  subject: z.string(),
  sourceName: z.string().nullable(),
  title: z.string(),
  detail: z.string(),
  evidence: z.record(z.string(), z.union([z.string(), z.number()])),
  href: z.string(),
  run: z.object({ runId: z.string(), startedAt: z.string() }).optional(),
});

export const dryRunOutput = z.object({
  runs: z.number(),
  times: z.number(),
  told: z.array(z.object({ at: z.string(), title: z.string() })),
});

export const stopOutput = z.object({
  stopId: z.string(),
  reason: z.string(),
  inFlight: z.enum(['finish', 'release']),
  stoppedBy: z.string(),
  stoppedAt: z.string(),
  until: z.string().nullable(),
});

export const quarantineOutput = z.object({
  quarantineId: z.string(),
  sourceName: z.string(),
  rule: z.string(),
  title: z.string(),
  detail: z.string(),
  evidence: z.record(z.string(), z.union([z.string(), z.number()])),
  runId: z.string(),
  from: z.string(),
  until: z.string().nullable(),
  openedAt: z.string(),
  decision: z.enum(['discarded', 'accepted']).nullable(),
  decidedBy: z.string().nullable(),
  note: z.string().nullable(),
});

export const decisionOutcomeOutput = z.object({
  quarantine: quarantineOutput,
  isOurs: z.boolean(),
});
