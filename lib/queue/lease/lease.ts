/** Leases: kept alive and given back. What is taken from workers that are gone: `rescue.ts`. */

import { chunksOf } from '#db/chunks.ts';
import type { Db, Session } from '#db/engine.ts';
import { renewHostSlots } from '#lib/hosts/host-slot.ts';
import { recordAttempts } from '../finish/attempts.ts';
import type { Fence, Postponement } from '../model.ts';
import { countOutcomes } from '../runs/run-numbers.ts';
import { settleReturned } from '../runs/settle-unfetched.ts';
import { noLease, readLeased, statusIs, updateLeased } from './leased-item.ts';

/**
 * Extends the leases that are still held, and the polite slots they hold, to `leaseMs` from now.
 * Returns the fences that were extended; an expired lease that nobody has taken yet counts as held.
 */
export async function renewLease(
  db: Db,
  fences: readonly Fence[],
  leaseMs: number,
): Promise<Fence[]> {
  const renewed: Fence[] = [];
  for (const chunk of chunksOf(fences)) {
    const leased = await db.transaction((tx) => renewChunk(tx, chunk, leaseMs));
    renewed.push(...chunk.filter((fence) => leased.has(fence.leaseId)));
  }
  return renewed;
}

async function renewChunk(
  tx: Session,
  fences: readonly Fence[],
  leaseMs: number,
): Promise<Set<string>> {
  // Lease ids are unique, so the two lists can only meet in the pairs that were given.
  const itemIds = fences.map((fence) => fence.workItemId);
  const leaseIds = fences.map((fence) => fence.leaseId);
  const leaseUntil = tx.engine.nowPlus(leaseMs);
  await tx.q
    .updateTable('work_items')
    .set({ lease_until: leaseUntil })
    .where('work_item_id', 'in', itemIds)
    .where('lease_id', 'in', leaseIds)
    .where('status', '=', statusIs('in_progress'))
    .execute();
  await tx.q
    .updateTable('sources')
    .set({ slot_until: leaseUntil })
    .where('slot_lease_id', 'in', leaseIds)
    .execute();
  await renewHostSlots(tx, leaseIds, leaseMs);
  const leased = await tx.q
    .selectFrom('work_items')
    .select('lease_id')
    .where('work_item_id', 'in', itemIds)
    .where('lease_id', 'in', leaseIds)
    .where('status', '=', statusIs('in_progress'))
    .execute();
  return new Set(leased.flatMap((row) => (row.lease_id === null ? [] : [row.lease_id])));
}

/**
 * Gives items back unprocessed; the attempt is uncounted again. Returns how many were still held.
 * A polite slot is not freed by this: only the worker knows whether it has asked (`releaseSlot`).
 */
export async function release(
  db: Db,
  fences: readonly Fence[],
  postponement: Postponement | null = null,
): Promise<number> {
  let released = 0;
  for (const fence of fences) {
    if (await db.transaction((tx) => releaseOne(tx, fence, postponement))) released += 1;
  }
  return released;
}

async function releaseOne(
  tx: Session,
  fence: Fence,
  postponement: Postponement | null,
): Promise<boolean> {
  const item = await readLeased(tx, fence);
  if (!item) return false;
  const attempt = Math.max(0, item.attempt - 1);
  const waits =
    postponement === null
      ? {}
      : {
          available_at: tx.engine.nowPlus(Math.max(0, postponement.delayMs)),
          wait_reason: 'backoff' as const,
        };
  const change = { status: 'pending' as const, attempt, ...noLease, ...waits };
  if (!(await updateLeased(tx, fence, change))) return false;
  const { delayMs: _, ...told } = postponement ?? { delayMs: 0, report: null };
  await recordAttempts(tx, [{ item, outcome: 'released', ...told }]);
  const requests = postponement?.report.requests ?? 0;
  if (requests > 0) {
    await countOutcomes(tx, item.run_id, [{ claimedAt: item.claimed_at, deltas: { requests } }]);
  }
  await settleReturned(tx, item);
  return true;
}
