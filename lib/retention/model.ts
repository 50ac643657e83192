/** How long what grows by itself is kept. Records, items, runs and the audit log are never purged. */
import { z } from 'zod';

/** Charts and groups of failures look back seven days, and count what is older than two minutes. */
const leastAttemptDays = 8;

export const retentionSchema = z.strictObject({
  /** Days of the run log. */
  eventDays: z
    .int('Give whole days.')
    .min(1, 'Keep at least one day.')
    .max(3_650, 'Keep at most 3,650 days.'),
  /** Days of single attempts; null = all of them. */
  attemptDays: z
    .int('Give whole days.')
    .min(leastAttemptDays, `Keep at least ${leastAttemptDays} days: charts show a week.`)
    .max(36_500, 'Keep at most 36,500 days, or leave it empty.')
    .nullable(),
});

export type Retention = z.output<typeof retentionSchema>;

export const defaultRetention: Retention = { eventDays: 30, attemptDays: null };
