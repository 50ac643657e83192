/** What is stored in a run's `metadata` column, beside what an older system wrote there. */
import { z } from 'zod';
import { jsonFromText } from '#lib/json.ts';

const runMetadataSchema = z.looseObject({
  /** The preparation found more items than the run may take. */
  budget_reached: z.boolean().optional().catch(undefined),
  /** The same of its requests; and how many of them the items taken in so far are to take. */
  requests_reached: z.boolean().optional().catch(undefined),
  planned_requests: z.number().optional().catch(undefined),
  /** Where the preparation stands: which of the run's filters, and how far in its items. */
  prepare: z.object({ filter: z.number(), cursor: z.string() }).optional().catch(undefined),
});
export type RunMetadata = z.infer<typeof runMetadataSchema>;

/** Unreadable text reads as nothing stored: it must not keep a run from going on. */
export const parseRunMetadata = (text: string | null): RunMetadata =>
  runMetadataSchema.safeParse(jsonFromText(text)).data ?? {};
