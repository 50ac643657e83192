import type { Session } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { newId } from '#lib/ids.ts';
import type { AuditEntry } from './model.ts';

const summaryLength = 500;

/**
 * Writes one audit entry in the caller's transaction, so that a change and its record commit
 * together or not at all. `before` and `after` are stored as JSON; absent or undefined is null.
 */
export async function recordAudit(tx: Session, actor: Actor, entry: AuditEntry): Promise<void> {
  await tx.q
    .insertInto('audit_log')
    .values({
      audit_id: newId(),
      at: tx.engine.now(),
      actor_id: actor.userId,
      actor_email: actor.email,
      action: entry.action,
      target_type: entry.targetType,
      target_id: entry.targetId,
      summary:
        entry.summary.length > summaryLength
          ? `${entry.summary.slice(0, summaryLength - 1)}…`
          : entry.summary,
      before_state: entry.before === undefined ? null : JSON.stringify(entry.before),
      after_state: entry.after === undefined ? null : JSON.stringify(entry.after),
    })
    .execute();
}
