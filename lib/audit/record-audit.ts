/** The audit log: who changed what, when, and how it was before and after. */

import type { Session, Write } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import type { Actor } from '#lib/actor/model.ts';
import { newId } from '#lib/ids.ts';
import type { JsonValue } from '#lib/json.ts';
import { type AuditContent, type ChainLink, contentHash } from './chain.ts';

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
  /** Its place in the hash chain; null until it is sealed, some seconds later. */
  readonly link: ChainLink | null;
  /** False where it is not what was written. */
  readonly isWhole: boolean;
}

const summaryLength = 500;

/**
 * Writes one audit entry in the caller's transaction, so that a change and its record commit
 * together or not at all. `before` and `after` are stored as JSON; absent or undefined is null.
 */
export async function recordAudit(tx: Session, actor: Actor, entry: AuditEntry): Promise<void> {
  await tx.engine.together(tx, auditWrites(tx, actor, entry));
}

/** The same, to be sent with what it is about. */
export function auditWrites(tx: Session, actor: Actor, entry: AuditEntry): Write[] {
  const auditId = newId();
  const email = actor.token ? `${actor.email} (token ${actor.token.name})` : actor.email;
  const content: AuditContent = {
    actor_id: actor.userId,
    actor_email: email.toWellFormed(),
    address: actor.address?.toWellFormed() ?? null,
    action: entry.action,
    target_type: entry.targetType,
    target_id: entry.targetId?.toWellFormed() ?? null,
    summary: cut(entry.summary.toWellFormed()),
    before_state: entry.before === undefined ? null : JSON.stringify(entry.before),
    after_state: entry.after === undefined ? null : JSON.stringify(entry.after),
  };
  return [
    tx.q.insertInto('audit_log').values({
      audit_id: auditId,
      at: tx.engine.now(),
      ...content,
      content_hash: contentHash(auditId, content),
    }),
    tx.q.insertInto('audit_unsealed').values({ audit_id: auditId }),
  ];
}

const cut = (summary: string) =>
  summary.length > summaryLength
    ? `${summary.slice(0, summaryLength - 1).toWellFormed()}…`
    : summary;
