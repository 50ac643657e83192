/** What answers hold that several endpoints, or the command line, read. Properties to come are no break. */
import { z } from 'zod';

/** How many there are, as far as counting is cheap; see `CountResult`. */
export const countOutput = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('exact'), count: z.int() }),
  z.object({ kind: z.literal('more'), than: z.int() }),
  z.object({ kind: z.literal('at_least'), count: z.int(), searched: z.int() }),
  z.object({ kind: z.literal('unknown') }),
]);

/** What a change would do to the items of a scope. */
export const bulkPreviewOutput = z.looseObject({
  asOf: z.string(),
  verb: z.string(),
  promise: z.string(),
  expected: countOutput,
  sample: z.looseObject({
    judged: z.int(),
    taken: z.int(),
    refusals: z.record(z.string(), z.int()),
    isAll: z.boolean(),
  }),
});

/** Why an item waits. */
export const waitingOutput = z.looseObject({
  unfinished: z.boolean(),
  reasons: z.array(
    z.looseObject({
      code: z.string(),
      sentence: z.string(),
      until: z.string().nullable(),
      change: z.string().nullable(),
    }),
  ),
  readyAt: z.string().nullable(),
});
