/** Answers about records. */
import { z } from 'zod';

export const recordSummaryOutput = z.object({
  ingestId: z.string(),
  sourceSystem: z.string(),
  sourceName: z.string(),
  resourceType: z.string(),
  resourceId: z.string(),
  requestUri: z.string(),
  requestMethod: z.string(),
  statusCode: z.number(),
  contentType: z.string().nullable(),
  fetchedAt: z.string(),
  durationMs: z.number().nullable(),
  hash: z.string().nullable(),
  bytes: z.number(),
  runId: z.string().nullable(),
  workItemId: z.string().nullable(),
  attempt: z.number(),
});

export const recordDetailOutput = recordSummaryOutput.extend({
  requestHeaders: z.record(z.string(), z.string()).nullable(),
  responseHeaders: z.record(z.string(), z.string()).nullable(),
  payload: z.string().nullable(),
  errorMessage: z.string().nullable(),
  lakePath: z.string().nullable(),
  charset: z.string().nullable(),
  bodyHash: z.string().nullable(),
  bodyBytes: z.number().nullable(),
  pageTitle: z.string().nullable(),
  hasPageText: z.boolean(),
});
