/** Mutes: what is not told until a time. What is muted is still found and shown; it is told when the mute ends. */
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import type { AlertMutesTable, Instant } from '#db/schema.ts';
import { type Actor, isSeen, type Sight, type Touched } from '#lib/actor/model.ts';
import { requirePermission, requireSources } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { newId } from '#lib/ids.ts';
import { parseJson } from '#lib/json.ts';
import { readNow } from '#lib/now.ts';
import { noteText } from '#lib/people-text.ts';
import { endAt, endSchema } from '#lib/stops/end.ts';
import { ruleNamed } from './rule-settings.ts';
import { alertRules } from './rules/registry.ts';

/** Attempts that failed in the same way: a row of the page Failures. */
const failuresSchema = z.strictObject({
  code: z.string().min(1).max(100),
  httpStatus: z.number().int().nullable(),
  host: z.string().max(300).nullable(),
});
export type FailureGroup = z.output<typeof failuresSchema>;

export const muteTargetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('rule'), rule: z.string().max(40) }),
  z.strictObject({ kind: z.literal('source'), source: z.string().max(100) }),
  z.strictObject({ kind: z.literal('failures'), failures: failuresSchema }),
]);
export type MuteTarget = z.output<typeof muteTargetSchema>;

export const muteInputSchema = z.strictObject({
  target: muteTargetSchema,
  reason: noteText({ most: 400, missing: 'Say why: it is shown with what is muted.' }),
  /** A mute without an end would be forgotten. */
  end: endSchema,
});

export interface Mute {
  readonly muteId: string;
  readonly target: MuteTarget;
  /** `the rule Disk low`, `the source wiki`, `failures http_server_error 503 at wiki.example`. */
  readonly label: string;
  readonly reason: string;
  readonly mutedBy: string;
  readonly mutedAt: Instant;
  readonly until: Instant;
}

const mutesInForce = ({ q, engine }: Session) =>
  q.selectFrom('alert_mutes').where('ended_at', 'is', null).where('until', '>', engine.now());

/** Those that hold now, by the database's clock; the one that ends first comes first. */
export async function readMutes(session: Session, sight: Sight = null): Promise<Mute[]> {
  const rows = await mutesInForce(session)
    .selectAll()
    .orderBy('until')
    .orderBy('mute_id')
    .execute();
  return rows
    .flatMap((row) => muteOf(row) ?? [])
    .filter(({ target }) => isSeen(sight, sourcesOf(target)));
}

/** Of a source: the mute that holds now; null = it is told of. */
export async function muteOfSource(session: Session, name: string): Promise<Mute | null> {
  const row = await mutesInForce(session)
    .selectAll()
    .where('kind', '=', 'source')
    .where('target', '=', name)
    .executeTakeFirst();
  return row ? muteOf(row) : null;
}

/** A rule or a group of failures is of no source in particular. */
export const sourcesOf = (target: MuteTarget): Touched =>
  target.kind === 'source' ? [target.source] : 'all';

/** What a later version stored, and this one cannot read, mutes nothing. */
function muteOf(row: Selectable<AlertMutesTable>): Mute | null {
  const target = muteTargetSchema.safeParse(
    row.kind === 'failures'
      ? { kind: row.kind, failures: parseJson(row.target) }
      : { kind: row.kind, [row.kind]: row.target },
  );
  if (!target.success) return null;
  return {
    muteId: row.mute_id,
    target: target.data,
    label: labelOf(target.data),
    reason: row.reason,
    mutedBy: row.muted_by,
    mutedAt: row.muted_at,
    until: row.until,
  };
}

function labelOf(target: MuteTarget): string {
  switch (target.kind) {
    case 'rule':
      return `the rule ${alertRules.find(({ rule }) => rule === target.rule)?.label ?? target.rule}`;
    case 'source':
      return `the source ${target.source}`;
    case 'failures': {
      const { code, httpStatus, host } = target.failures;
      const words = [`failures ${code}`, httpStatus, host === null ? null : `at ${host}`];
      return words.filter((word) => word !== null).join(' ');
    }
  }
}

const textOf = (target: MuteTarget): string =>
  target.kind === 'rule'
    ? target.rule
    : target.kind === 'source'
      ? target.source
      : JSON.stringify(failuresSchema.parse(target.failures));

/** The mute that keeps an alert from being told; null = none. Pure. */
export const muteOfAlert = (
  mutes: readonly Mute[],
  { rule, sourceName }: { readonly rule: string; readonly sourceName: string | null },
): Mute | null =>
  mutes.find(
    ({ target }) =>
      (target.kind === 'rule' && target.rule === rule) ||
      (target.kind === 'source' && target.source === sourceName),
  ) ?? null;

const isSameGroup = (a: FailureGroup, b: FailureGroup) =>
  a.code === b.code && a.httpStatus === b.httpStatus && a.host === b.host;

/** The mute of a group of failures; null = none. Pure. */
export const muteOfFailures = (mutes: readonly Mute[], group: FailureGroup): Mute | null =>
  mutes.find(({ target }) => target.kind === 'failures' && isSameGroup(target.failures, group)) ??
  null;

/**
 * Mutes a rule, a source or a group of failures until a time, in place of a mute of the same.
 * @throws AppError `forbidden`; `not_found` for a rule or source that there is not; `input_invalid` when the end is
 * missing, past or more than a year away
 */
export async function mute(
  db: Db,
  actor: Actor,
  { target, reason, end }: z.output<typeof muteInputSchema>,
): Promise<Mute> {
  requirePermission(actor, 'alerts:change');
  requireSources(actor, sourcesOf(target));
  return db.transaction(async (tx) => {
    const until = endAt(end, await readNow(tx));
    if (until === null) {
      throw new AppError('input_invalid', 'A mute needs an end.', {
        fields: { end: 'Say until when.' },
      });
    }
    if (target.kind === 'rule') ruleNamed(target.rule);
    if (target.kind === 'source') await requireSource(tx, target.source);
    const label = labelOf(target);
    const muteId = newId();
    const text = textOf(target);
    await tx.q
      .updateTable('alert_mutes')
      .set({ ended_at: tx.engine.now(), ended_by: actor.email })
      .where('kind', '=', target.kind)
      .where('target', '=', text)
      .where('ended_at', 'is', null)
      .execute();
    await tx.q
      .insertInto('alert_mutes')
      .values({
        mute_id: muteId,
        kind: target.kind,
        target: text,
        reason,
        muted_by: actor.email,
        muted_at: tx.engine.now(),
        until: tx.engine.instantParam(until),
      })
      .execute();
    await recordAudit(tx, actor, {
      action: 'alert.mute',
      targetType: 'mute',
      targetId: muteId,
      summary: `Muted ${label}: ${reason}`,
      after: { target, until },
    });
    return {
      muteId,
      target,
      label,
      reason,
      mutedBy: actor.email,
      mutedAt: await readNow(tx),
      until,
    };
  });
}

async function requireSource({ q }: Session, name: string): Promise<void> {
  const source = await q
    .selectFrom('sources')
    .select('source_id')
    .where('name', '=', name)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  if (!source) throw new AppError('not_found', `There is no source ${name}.`);
}

/**
 * Ends a mute before its time; one that has ended already stays as it is.
 * @throws AppError `forbidden` or `not_found`
 */
export async function endMute(db: Db, actor: Actor, muteId: string): Promise<void> {
  requirePermission(actor, 'alerts:change');
  await db.transaction(async (tx) => {
    const row = await tx.q
      .selectFrom('alert_mutes')
      .selectAll()
      .where('mute_id', '=', muteId)
      .executeTakeFirst();
    if (!row) throw new AppError('not_found', 'There is no such mute.');
    requireSources(actor, row.kind === 'source' ? [row.target] : 'all');
    const { numUpdatedRows } = await tx.q
      .updateTable('alert_mutes')
      .set({ ended_at: tx.engine.now(), ended_by: actor.email })
      .where('mute_id', '=', muteId)
      .where('ended_at', 'is', null)
      .where('until', '>', tx.engine.now())
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return;
    await recordAudit(tx, actor, {
      action: 'alert.unmute',
      targetType: 'mute',
      targetId: muteId,
      summary: `Ended the mute of ${muteOf(row)?.label ?? row.target}`,
      before: { reason: row.reason, until: row.until },
    });
  });
}
