/** The retention that an administrator has set, for all workers of the database. */
import type { Db, Session } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { putAppSetting, readAppSetting } from '#lib/app-settings.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { parseInput } from '#lib/errors/parse-input.ts';
import { defaultRetention, type Retention, retentionSchema } from './model.ts';

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
