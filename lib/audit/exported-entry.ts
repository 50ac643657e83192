/** A line of an exported audit log, and whether its hashes are those of what it says. */
import { z } from 'zod';
import { contentHash, linkHash } from './chain.ts';

const text = z.string().nullable();

export const exportedEntry = z.object({
  auditId: z.string(),
  at: z.string(),
  actorId: text,
  actorEmail: z.string(),
  address: text,
  action: z.string(),
  targetType: z.string(),
  targetId: text,
  summary: z.string(),
  before: text,
  after: text,
  contentHash: z.string(),
  /** Null for an entry that was not sealed yet. */
  position: z.int().min(1).nullable(),
  previousHash: text,
  hash: text,
});
export type ExportedEntry = z.output<typeof exportedEntry>;

/** What is wrong with the entry by itself; null when nothing is. */
export function faultOf(entry: ExportedEntry): 'entry_changed' | 'link_changed' | null {
  const content = contentHash(entry.auditId, {
    actor_id: entry.actorId,
    actor_email: entry.actorEmail,
    address: entry.address,
    action: entry.action,
    target_type: entry.targetType,
    target_id: entry.targetId,
    summary: entry.summary,
    before_state: entry.before,
    after_state: entry.after,
  });
  if (content !== entry.contentHash) return 'entry_changed';
  const { position, previousHash, hash } = entry;
  if (position === null && previousHash === null && hash === null) return null;
  if (position === null || previousHash === null || hash === null) return 'link_changed';
  return linkHash({ position, previousHash }, entry) === hash ? null : 'link_changed';
}
