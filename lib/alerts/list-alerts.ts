/** The alerts, for the console. */
import { sql } from 'kysely';
import type { Db, Session } from '#db/engine.ts';
import type { Actor, Sight } from '#lib/actor/model.ts';
import { requirePermission, requireSources } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { objectFromText } from '#lib/json.ts';
import { ofSources } from '#lib/paging/of-sight.ts';
import type { Alert } from './model.ts';
import { muteOfAlert, readMutes } from './mutes.ts';

/** Of each state. */
const mostListed = 200;

/** Newest first, 200 at most; those of no source are for whoever sees all. */
export async function listAlerts(
  session: Session,
  state: 'open' | 'closed',
  sight: Sight = null,
): Promise<Alert[]> {
  const query = session.q
    .selectFrom('alerts')
    .selectAll()
    .where('closed_at', state === 'open' ? 'is' : 'is not', null)
    .$if(sight !== null, (some) =>
      some.where(ofSources(session.engine, sql.ref('source_name'), sight ?? [])),
    )
    .orderBy(state === 'open' ? 'opened_at' : 'closed_at', 'desc')
    .orderBy('alert_id', 'desc');
  const rows = await session.engine.take(query, mostListed).execute();
  const mutes = state === 'open' ? await readMutes(session) : [];
  return rows.map((row) => ({
    mute: muteOfAlert(mutes, { rule: row.rule, sourceName: row.source_name }),
    alertId: row.alert_id,
    rule: row.rule,
    subject: row.subject,
    sourceName: row.source_name,
    title: row.title,
    detail: row.detail,
    evidence: Object.fromEntries(
      Object.entries(objectFromText(row.evidence) ?? {}).filter(
        (entry): entry is [string, string | number] =>
          typeof entry[1] === 'string' || typeof entry[1] === 'number',
      ),
    ),
    href: row.href,
    openedAt: row.opened_at,
    seenAt: row.seen_at,
    seen: Number(row.seen_count),
    closedAt: row.closed_at,
    acknowledgedAt: row.acknowledged_at,
    acknowledgedBy: row.acknowledged_by,
  }));
}

/** What asks for a person: neither acknowledged nor muted. Pure. */
export const unattended = (alerts: readonly Alert[]): Alert[] =>
  alerts.filter(({ acknowledgedAt, mute }) => acknowledgedAt === null && mute === null);

/**
 * Somebody has seen to it: it is not told again. Acknowledging twice changes nothing.
 * @throws AppError `forbidden` or `not_found`
 */
export async function acknowledgeAlert(db: Db, actor: Actor, alertId: string): Promise<void> {
  requirePermission(actor, 'alerts:change');
  await db.transaction(async (tx) => {
    const alert = await tx.q
      .selectFrom('alerts')
      .select(['title', 'source_name'])
      .where('alert_id', '=', alertId)
      .executeTakeFirst();
    if (!alert) throw new AppError('not_found', 'There is no such alert.');
    requireSources(actor, alert.source_name === null ? 'all' : [alert.source_name]);
    const { numUpdatedRows } = await tx.q
      .updateTable('alerts')
      .set({ acknowledged_at: tx.engine.now(), acknowledged_by: actor.email })
      .where('alert_id', '=', alertId)
      .where('acknowledged_at', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return;
    await recordAudit(tx, actor, {
      action: 'alert.acknowledge',
      targetType: 'alert',
      targetId: alertId,
      summary: `Acknowledged the alert: ${alert.title}`,
    });
  });
}
