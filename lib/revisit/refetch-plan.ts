/** When an item is fetched again: by how it has behaved, or as a person has decided. */
import { z } from 'zod';

const everyMessage = 'must be a whole number of seconds from 1 minute to 1 year';

export const refetchPlanSchema = z.discriminatedUnion('kind', [
  /** By its change history (see `nextInterval`). */
  z.object({ kind: z.literal('adaptive') }),
  /** Due again as soon as it was fetched: each recrawl of what is due takes it. */
  z.object({ kind: z.literal('always') }),
  z.object({
    kind: z.literal('every'),
    everyS: z
      .number(everyMessage)
      .int(everyMessage)
      .min(60, everyMessage)
      .max(31_536_000, everyMessage),
  }),
  /** Never due, and passed over by recrawls; a person may still send it round by itself. */
  z.object({ kind: z.literal('never') }),
  /** Kept with its records, but nobody fetches it until it has another plan. */
  z.object({ kind: z.literal('retired') }),
]);

export type RefetchPlan = z.output<typeof refetchPlanSchema>;

interface RefetchColumns {
  readonly refetch: string | null;
  readonly refetch_every_s: number | null;
}

const adaptive: RefetchPlan = { kind: 'adaptive' };

export function refetchPlanOf({ refetch, refetch_every_s: everyS }: RefetchColumns): RefetchPlan {
  // Nearly every item, several times each: without asking the schema.
  if (refetch === null) return adaptive;
  const parsed = refetchPlanSchema.safeParse({ kind: refetch, everyS });
  return parsed.success ? parsed.data : adaptive;
}

export const refetchColumns = (plan: RefetchPlan) => ({
  refetch: plan.kind === 'adaptive' ? null : plan.kind,
  refetch_every_s: plan.kind === 'every' ? plan.everyS : null,
});
