/** How long what grows is kept, as an administrator has set it for all workers of the database. */
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import { lockRow } from '#db/lock-row.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { putAppSetting, readAppSetting } from '#lib/app-settings.ts';
import { refuseChangedMeanwhile, type Seen } from '#lib/audit/changed-meanwhile.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { parseInput } from '#lib/errors/app-error.ts';

/** Charts and groups of failures look back seven days, and count what is older than two minutes. */
const leastAttemptDays = 8;
/** What single items came to is kept for a month, and is removed before the action itself. */
const leastOperationDays = 31;
const mostDays = 36_500;

/** Whole days; null = for ever. */
const days = (least: number, why: string) =>
  z
    .int('Give whole days.')
    .min(least, why)
    .max(mostDays, 'Keep at most 36,500 days, or leave it empty.')
    .nullable();

/** What may differ from source to source. */
const perSource = {
  /** Days of records, all of them. */
  recordDays: days(1, 'Keep at least one day.'),
  /** Days of records of which the resource has a newer one; its latest stays. */
  versionDays: days(1, 'Keep at least one day.'),
  /** Days since the last fetch of items that are done, with their attempts and what was seen of them. */
  itemDays: days(1, 'Keep at least one day.'),
};

export const retentionSchema = z.strictObject({
  /** Days of the run log, and of failing answers. */
  eventDays: z
    .int('Give whole days.')
    .min(1, 'Keep at least one day.')
    .max(3_650, 'Keep at most 3,650 days.'),
  /** Days of single attempts. */
  attemptDays: days(
    leastAttemptDays,
    `Keep at least ${leastAttemptDays} days: charts show a week.`,
  ).default(null),
  recordDays: perSource.recordDays.default(null),
  versionDays: perSource.versionDays.default(null),
  itemDays: perSource.itemDays.default(null),
  /** Days since the end of a run. */
  runDays: days(1, 'Keep at least one day.').default(null),
  /** Days of the audit log. */
  auditDays: days(30, 'Keep at least 30 days.').default(null),
  /** Days since the end of a bulk action. */
  operationDays: days(
    leastOperationDays,
    `Keep at least ${leastOperationDays} days: the outcomes of items are kept for 30.`,
  ).default(null),
  /** Sources that differ, by name; what is absent holds as for all. */
  sources: z.record(z.string(), z.strictObject(perSource).partial()).default({}),
});

export type Retention = z.output<typeof retentionSchema>;
export type RetentionInput = z.input<typeof retentionSchema>;
export type SourceDays = keyof typeof perSource;

export const defaultRetention: Retention = retentionSchema.parse({ eventDays: 30 });

const name = 'retention';

/** What is kept how long; the defaults until somebody changes them. */
export async function readRetention(session: Session): Promise<Retention> {
  const value = await readAppSetting(session, name);
  if (value === null) return defaultRetention;
  // Values of an older or newer version that are not understood count as not set.
  return retentionSchema.catch(defaultRetention).parse(JSON.parse(value));
}

/** What is kept of one source; null = for ever. */
export const daysOf = (retention: Retention, source: string, what: SourceDays): number | null => {
  const own = retention.sources[source]?.[what];
  return own === undefined ? retention[what] : own;
};

/**
 * Takes effect with the workers' next round, an hour later at most.
 * @param seen the fields as they were read; undefined = whatever they are
 * @throws AppError `forbidden` without `settings:manage`, `input_invalid` with fields, `conflict` when they are no longer as
 * they were seen
 */
export async function changeRetention(
  db: Db,
  actor: Actor,
  input: RetentionInput,
  seen?: Seen,
): Promise<void> {
  requirePermission(actor, 'settings:manage');
  const retention = parseInput(retentionSchema, input);
  await db.transaction(async (tx) => {
    // One that was never set has no row to lock.
    await lockRow(tx, 'app_settings', 'name', name);
    const before = await readRetention(tx);
    await refuseChangedMeanwhile(tx, {
      what: 'the retention',
      targetType: 'settings',
      targetId: name,
      actions: ['settings.retention'],
      seen,
      stored: before,
    });
    await putAppSetting(tx, name, retention);
    await recordAudit(tx, actor, {
      action: 'settings.retention',
      targetType: 'settings',
      targetId: name,
      summary: summaryOf(retention),
      before,
      after: retention,
    });
  });
}

const words = {
  eventDays: 'the run log',
  attemptDays: 'attempts',
  recordDays: 'records',
  versionDays: 'older versions of records',
  itemDays: 'finished items',
  runDays: 'ended runs',
  auditDays: 'the audit log',
  operationDays: 'background actions',
} as const;

function summaryOf(retention: Retention): string {
  const limited = Object.entries(words).flatMap(([key, what]) => {
    const kept = retention[key as keyof typeof words];
    return kept === null ? [] : [`${what} ${kept} days`];
  });
  const others = Object.keys(retention.sources).length;
  const apart =
    others === 0 ? '' : `; ${others === 1 ? '1 source differs' : `${others} sources differ`}`;
  return `Keeps ${limited.join(', ')}, all else for ever${apart}`;
}
