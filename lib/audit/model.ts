/** The audit log: who changed what, when, and how it was before and after. */
import type { Instant } from '#db/schema.ts';
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
  readonly action: string;
  readonly targetType: string;
  readonly targetId: string | null;
  readonly summary: string;
  readonly before: JsonValue | null;
  readonly after: JsonValue | null;
}
