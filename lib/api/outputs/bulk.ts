/** Answers about background actions. */
import { z } from 'zod';
import { itemChangeSchema } from '#lib/items/changes/registry.ts';
import { countOutput, refusalsOutput } from './shared.ts';

export const bulkActionOutput = z.object({
  bulkActionId: z.string(),
  change: z.union([
    itemChangeSchema,
    z.object({ action: z.literal('undo'), of: itemChangeSchema }),
  ]),
  scope: z
    .union([
      z.object({ filter: z.record(z.string(), z.string()), asOf: z.string() }),
      z.object({ ids: z.array(z.string()), asOf: z.string() }),
    ])
    .nullable(),
  status: z.enum(['running', 'completed', 'aborted', 'failed']),
  isDryRun: z.boolean(),
  expected: countOutput,
  processed: z.number(),
  changed: z.number(),
  refused: z.number(),
  refusals: refusalsOutput,
  itemsPerSecond: z.number().nullable(),
  requestedBy: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
  finishedAt: z.string().nullable(),
  errorMessage: z.string().nullable(),
  undoOf: z.string().nullable(),
  undoneBy: z.string().nullable(),
});

export const bulkActionDetailOutput = bulkActionOutput.extend({ isOutcomeKept: z.boolean() });

export const bulkPreviewOutput = z.object({
  asOf: z.string(),
  expected: countOutput,
  sample: z.object({
    judged: z.number(),
    taken: z.number(),
    refusals: refusalsOutput,
    isAll: z.boolean(),
  }),
  verb: z.string(),
  promise: z.string(),
});
