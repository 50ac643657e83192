/**
 * How long what grows by itself is kept, as an administrator has set it for all workers of the database. Records,
 * items, runs and the audit log are never purged.
 */
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { putAppSetting, readAppSetting } from '#lib/app-settings.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { parseInput } from '#lib/errors/app-error.ts';

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

const name = 'retention';

/** What is kept how long; the defaults until somebody changes them. */
export async function readRetention(session: Session): Promise<Retention> {
  const value = await readAppSetting(session, name);
  if (value === null) return defaultRetention;
  // Values of an older or newer version that are not understood count as not set.
  return retentionSchema.catch(defaultRetention).parse(JSON.parse(value));
}

/**
 * Takes effect with the workers' next round, an hour later at most.
 * @throws AppError `forbidden` without `settings:manage`, `input_invalid` with fields
 */
export async function changeRetention(db: Db, actor: Actor, input: Retention): Promise<void> {
  requirePermission(actor, 'settings:manage');
  const retention = parseInput(retentionSchema, input);
  await db.transaction(async (tx) => {
    const before = await readRetention(tx);
    await putAppSetting(tx, name, retention);
    await recordAudit(tx, actor, {
      action: 'settings.retention',
      targetType: 'settings',
      targetId: name,
      summary: `Keeps the run log ${retention.eventDays} days, attempts ${retention.attemptDays === null ? 'for ever' : `${retention.attemptDays} days`}`,
      before,
      after: retention,
    });
  });
}
