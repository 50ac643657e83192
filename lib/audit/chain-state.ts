/** How far the audit log is chained, for its page: seeks, whatever its length. */
import type { Selectable } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { AuditLogTable } from '#db/schema/people.ts';
import type { Instant } from '#db/schema.ts';
import { type ChainLink, contentHash, linkHash } from './chain.ts';
import { readHead } from './seal-audit.ts';
import type { AuditVerification } from './verify-audit.ts';

/** Beyond it the page says “more than”. */
const mostCounted = 1_000;

export interface ChainState {
  /** Position and hash of the newest link; position 0 where nothing is sealed yet. */
  readonly head: { readonly position: number; readonly hash: string };
  /** Up to which position retention took entries; 0 = none. */
  readonly purgedTo: number;
  /** Entries that are not sealed yet, 1,000 at most. */
  readonly unsealed: number;
  /** Since when the oldest of those waits. */
  readonly unsealedSince: Instant | null;
  readonly verified: LastVerification | null;
}

export interface LastVerification {
  readonly at: Instant;
  readonly by: string;
  readonly isWhole: boolean;
  /** The sentence that was recorded. */
  readonly summary: string;
}

/** What a verification is recorded as. */
export const verifyAction = 'audit.verify';
export const verifyTarget = { targetType: 'audit', targetId: 'chain' } as const;

export async function readChainState(session: Session): Promise<ChainState> {
  const { q, engine } = session;
  const head = await readHead(session);
  const anchor = await q
    .selectFrom('audit_anchors')
    .select((eb) => eb.fn.max('position').as('position'))
    .executeTakeFirst();
  const waiting = await engine
    .take(q.selectFrom('audit_unsealed').select('audit_id').orderBy('entry_no'), mostCounted)
    .execute();
  const oldest = await q
    .selectFrom('audit_log')
    .select('at')
    .where('audit_id', '=', waiting[0]?.audit_id ?? '')
    .executeTakeFirst();
  return {
    head,
    purgedTo: Number(anchor?.position ?? 0),
    unsealed: waiting.length,
    unsealedSince: oldest?.at ?? null,
    verified: await lastVerification(session),
  };
}

async function lastVerification({ q, engine }: Session): Promise<LastVerification | null> {
  const query = q
    .selectFrom('audit_log')
    .select(['at', 'actor_email', 'summary', 'after_state'])
    .where('target_type', '=', verifyTarget.targetType)
    .where('target_id', '=', verifyTarget.targetId)
    .orderBy('at', 'desc')
    .orderBy('audit_id', 'desc');
  const row = await engine.take(query, 1).executeTakeFirst();
  if (!row) return null;
  const isWhole = row.after_state === null || wasWhole(JSON.parse(row.after_state));
  return { at: row.at, by: row.actor_email, isWhole, summary: row.summary };
}

const wasWhole = (after: Partial<Pick<AuditVerification, 'faultCount'>>) => after.faultCount === 0;

/** The links of these entries, at most a page of them, by their ids. */
export async function readLinks(
  { q, engine }: Session,
  auditIds: readonly string[],
): Promise<Map<string, ChainLink>> {
  if (auditIds.length === 0) return new Map();
  const rows = await q
    .selectFrom('audit_chain')
    .select(['audit_id', 'position', 'previous_hash', 'hash'])
    .where('audit_id', 'in', engine.listed(auditIds))
    .execute();
  return new Map(
    rows.map((row) => [
      row.audit_id,
      { position: Number(row.position), previousHash: row.previous_hash, hash: row.hash },
    ]),
  );
}

/** Whether an entry is what was written: its content by its own hash, its time by that of its link. */
export function isWhole(
  row: Selectable<AuditLogTable> & { readonly link: ChainLink | null },
): boolean {
  if (contentHash(row.audit_id, row) !== row.content_hash) return false;
  const entry = { auditId: row.audit_id, at: row.at, contentHash: row.content_hash };
  return row.link === null || linkHash(row.link, entry) === row.link.hash;
}
