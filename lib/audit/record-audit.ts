/** The audit log: who changed what, when, and how it was before and after. */

import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import type { Actor } from '#lib/actor/model.ts';
import { newId } from '#lib/ids.ts';
import type { JsonValue } from '#lib/json.ts';

/** What a change says about itself. Never put a secret into `before` or `after`. */
export interface AuditEntry {
  /** `noun.verb`, e.g. `source.pause`, `work-items.recrawl`. */
  readonly action: string;
  /** `source`, `run`, `work-item`, `user`, `host`, `worker`, `schedule`. */
  readonly targetType: string;
  readonly targetId: string | null;
  /** One sentence for a person: "Paused source Sample". */
  readonly summary: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface AuditRecord {
  readonly auditId: string;
  readonly at: Instant;
  readonly actorId: string | null;
  readonly actorEmail: string;
  /** Where the request came from; null for workers and commands. */
  readonly address: string | null;
  readonly action: string;
  readonly targetType: string;
  readonly targetId: string | null;
  readonly summary: string;
  readonly before: JsonValue | null;
  readonly after: JsonValue | null;
}

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
      actor_email: actor.token ? `${actor.email} (token ${actor.token.name})` : actor.email,
      address: actor.address ?? null,
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
