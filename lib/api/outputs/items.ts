/** Answers about work items. */
import { z } from 'zod';
import { workItemStatusSchema } from '#lib/queue/model.ts';
import { recordSummaryOutput } from './records.ts';
import { anyJson, countOutput, refetchOutput, waitingReasonOutput } from './shared.ts';

export const workItemSummaryOutput = z.object({
  workItemId: z.string(),
  sourceSystem: z.string(),
  sourceName: z.string(),
  resourceType: z.string(),
  resourceId: z.string(),
  requestUri: z.string(),
  status: workItemStatusSchema,
  priority: z.number(),
  attempt: z.number(),
  depth: z.number(),
  runId: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
  availableAt: z.string(),
  waitReason: z.string().nullable(),
  leaseOwner: z.string().nullable(),
  lastFetchedAt: z.string().nullable(),
  lastChangedAt: z.string().nullable(),
  nextFetchAt: z.string().nullable(),
  lastHttpStatus: z.number().nullable(),
  errorCode: z.string().nullable(),
  errorMessage: z.string().nullable(),
});

const workItemOutput = workItemSummaryOutput.extend({
  requestMethod: z.string(),
  requestHeaders: z.record(z.string(), z.string()).nullable(),
  requestBody: z.string().nullable(),
  metadata: anyJson,
  discoveredFrom: z.string().nullable(),
  dedupeKey: z.string(),
  host: z.string().nullable(),
  leaseId: z.string().nullable(),
  leaseUntil: z.string().nullable(),
  claimedAt: z.string().nullable(),
  etag: z.string().nullable(),
  lastModified: z.string().nullable(),
  revision: z.string().nullable(),
  contentHash: z.string().nullable(),
  checkCount: z.number(),
  changeCount: z.number(),
  refetch: refetchOutput,
});

const workItemAttemptOutput = z.object({
  attemptId: z.string(),
  workItemId: z.string(),
  runId: z.string().nullable(),
  attempt: z.number(),
  number: z.number(),
  workerId: z.string().nullable(),
  startedAt: z.string(),
  finishedAt: z.string(),
  durationMs: z.number().nullable(),
  outcome: z.enum(['completed', 'failed', 'skipped', 'retry', 'unchanged', 'released', 'expired']),
  httpStatus: z.number().nullable(),
  errorCode: z.string().nullable(),
  errorMessage: z.string().nullable(),
  facts: anyJson,
  ingestId: z.string().nullable(),
  itemsDiscovered: z.number(),
});

const shownAnswerOutput = z.object({
  attemptId: z.string(),
  answeredAt: z.string(),
  url: z.string(),
  httpStatus: z.number(),
  headers: z.record(z.string(), z.string()),
  text: z.string().nullable(),
  bodyBytes: z.number(),
  isCut: z.boolean(),
});

const heldOutput = z.object({
  quarantineId: z.string(),
  state: z.enum(['open', 'discarded']),
});

const relatedItemOutput = z.object({
  workItemId: z.string(),
  resourceType: z.string(),
  resourceId: z.string(),
  status: workItemStatusSchema,
  waitReason: z.string().nullable(),
});

export const waitingAnswerOutput = z.object({
  unfinished: z.boolean(),
  reasons: z.array(waitingReasonOutput),
  readyAt: z.string().nullable(),
});

export const workItemDetailOutput = z.object({
  item: workItemOutput,
  missingSince: z.string().nullable(),
  isGoneBelieved: z.boolean(),
  attempts: z.array(workItemAttemptOutput),
  failingAnswers: z.array(shownAnswerOutput),
  records: z.array(recordSummaryOutput),
  held: z.record(z.string(), heldOutput),
  parent: relatedItemOutput.nullable(),
  children: z.object({ items: z.array(relatedItemOutput), count: countOutput }),
  run: z.object({ runId: z.string(), name: z.string() }).nullable(),
  sourceId: z.string().nullable(),
  waiting: waitingAnswerOutput,
});

const skippedReasonOutput = z.object({
  code: z.string(),
  why: z.string(),
  count: countOutput,
});

export const skippedItemsOutput = z.object({
  total: countOutput,
  reasons: z.array(skippedReasonOutput),
  byPerson: z.number().nullable(),
});
