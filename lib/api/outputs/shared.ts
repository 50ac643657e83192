/** What answers of several endpoints are made of. The types of `lib` are held against these schemas where an endpoint answers. */
import { z } from 'zod';
import { refusals } from '#lib/items/changes/refusal.ts';
import { workItemStatusSchema } from '#lib/queue/model.ts';

/** JSON that somebody else has written. */
export const anyJson = z.unknown().meta({ description: 'JSON of any shape.' });

/** How many there are, as far as counting is cheap; see `CountResult`. */
export const countOutput = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('exact'), count: z.int() }),
  z.object({ kind: z.literal('more'), than: z.int() }),
  z.object({ kind: z.literal('at_least'), count: z.int(), searched: z.int() }),
  z.object({ kind: z.literal('unknown') }),
]);

/** Items by their status. */
export const byStatusOutput = z.object({
  pending: z.int(),
  in_progress: z.int(),
  completed: z.int(),
  failed: z.int(),
  skipped: z.int(),
});

/** What came of the attempts of a day, or of more days, added up. */
export const dayNumbersOutput = z.object({
  failed: z.number(),
  changed: z.number(),
  skipped: z.number(),
  fetched: z.number(),
  requests: z.number(),
  missing: z.number(),
  bytes: z.number(),
});

/** Items that a change leaves as they are, by why. */
export const refusalsOutput = z.partialRecord(z.enum(refusals), z.int());

export const refetchOutput = z.union([
  z.object({ kind: z.literal('adaptive') }),
  z.object({ kind: z.literal('always') }),
  z.object({ kind: z.literal('every'), everyS: z.number() }),
  z.object({ kind: z.literal('never') }),
  z.object({ kind: z.literal('retired') }),
]);

export const launchRequestOutput = z.object({
  kind: z.enum(['recrawl', 'retry', 'seed']),
  sources: z.array(z.string()),
  name: z.string().optional(),
  staleDays: z.number().optional(),
  resourceType: z.string().optional(),
  statuses: z.array(workItemStatusSchema).optional(),
  workItemIds: z.array(z.string()).optional(),
  priority: z.number().optional(),
  maxItems: z.number().optional(),
  maxDepth: z.number().optional(),
  maxRequests: z.number().optional(),
  maxMinutes: z.number().optional(),
  due: z.boolean().optional(),
});

export const waitingReasonOutput = z.object({
  code: z.string(),
  sentence: z.string(),
  until: z.string().nullable(),
  change: z.string().nullable(),
});

export const publicErrorOutput = z.object({
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
  fields: z.record(z.string(), z.string()).optional(),
  /** What somebody else changed meanwhile. */
  conflict: z
    .object({
      by: z.string().nullable(),
      at: z.string().nullable(),
      changes: z.array(
        z.object({ field: z.string(), before: anyJson.optional(), theirs: anyJson.optional() }),
      ),
    })
    .optional(),
});
