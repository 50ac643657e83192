/**
 * The hash chain over the audit log: an entry carries the hash of its content, and a link behind it the hash of that, of
 * its time and of the link before. Whoever knows a later hash sees any change of what was before it
 * (docs/decisions/0067-the-audit-log-is-a-hash-chain.md).
 */
import { sha256 } from '#lib/canonical-json.ts';

/** What an entry says, as it is stored: the columns of `audit_log` between its time and its hash. */
export interface AuditContent {
  readonly actor_id: string | null;
  readonly actor_email: string;
  readonly address: string | null;
  readonly action: string;
  readonly target_type: string;
  readonly target_id: string | null;
  readonly summary: string;
  /** JSON texts, as they were written. */
  readonly before_state: string | null;
  readonly after_state: string | null;
}

/** SHA-256 in hexadecimal. The time is the database's own, so that the link has it, not the writer. */
export const contentHash = (auditId: string, entry: AuditContent): string =>
  sha256(
    JSON.stringify([
      auditId,
      entry.actor_id,
      entry.actor_email,
      entry.address,
      entry.action,
      entry.target_type,
      entry.target_id,
      entry.summary,
      entry.before_state,
      entry.after_state,
    ]),
  );

export interface ChainLink {
  /** From 1, without gaps. */
  readonly position: number;
  readonly previousHash: string;
  readonly hash: string;
}

/** Before the first link. */
export const genesisHash = '0'.repeat(64);

/** What a link stands for; `at` with milliseconds, as all times here. */
export interface LinkedEntry {
  readonly auditId: string;
  readonly at: string;
  readonly contentHash: string;
}

/** The link that follows another one. */
export function nextLink(
  previous: Pick<ChainLink, 'position' | 'hash'>,
  entry: LinkedEntry,
): ChainLink {
  const link = { position: previous.position + 1, previousHash: previous.hash };
  return { ...link, hash: linkHash(link, entry) };
}

/** The hash that a link must have. */
export const linkHash = (
  { position, previousHash }: Pick<ChainLink, 'position' | 'previousHash'>,
  { auditId, at, contentHash: content }: LinkedEntry,
): string => sha256(JSON.stringify([previousHash, position, auditId, at, content]));
