/** Leases: kept alive, given back, and taken from workers that are gone. */

import { chunkSize, chunksOf } from '#db/chunks.ts';
import type { Db, Session } from '#db/engine.ts';
import type { WorkItemRow } from '#db/schema.ts';
import { ofItem, recordEvents } from '#lib/events/record-events.ts';
import { renewHostSlots } from '#lib/hosts/host-slot.ts';
import { recordAttempts } from '../finish/attempts.ts';
import type { Fence, Postponement } from '../model.ts';
import { countOutcomes, outcomeDeltas } from '../runs/run-numbers.ts';
import { settleReturned } from '../runs/settle-unfetched.ts';
import { noLease, readLeased, statusIs, updateLeased } from './leased-item.ts';
import { maxAttemptsOf } from './max-attempts.ts';

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

/** Items of workers that fell silent. */
export const expiredLeases = ({ q, engine }: Session) =>
  q
    .selectFrom('work_items')
    .select('work_item_id')
    .where('status', '=', statusIs('in_progress'))
    .where((eb) => eb.or([eb('lease_until', '<=', engine.now()), eb('lease_until', 'is', null)]));

/**
 * Takes items from workers that are gone: expired leases go back to pending, or to failed when their
 * attempts are used up. The fence is cleared, so a worker that wakes up again can change nothing.
 * Items in progress without a lease (left by an older system's crash) are rescued too.
 * @param limit most items to rescue in this call
 * @returns how many were rescued
 */
export async function rescueExpired(db: Db, limit = chunkSize): Promise<number> {
  const most = Math.min(Math.max(1, limit), chunkSize);
  const expired = await db.engine.take(expiredLeases(db).orderBy('lease_until'), most).execute();
  let rescued = 0;
  for (const { work_item_id: id } of expired) {
    if (await db.transaction((tx) => rescueOne(tx, id))) rescued += 1;
  }
  return rescued;
}

async function rescueOne(tx: Session, workItemId: string): Promise<boolean> {
  const item = await readExpired(tx, workItemId);
  if (!item) return false;
  const exhausted = item.attempt >= (await maxAttemptsOf(tx, item));
  if (!(await takeBack(tx, item, exhausted))) return false;
  await recordAttempts(tx, [
    {
      item,
      report: null,
      outcome: 'expired',
      ...(exhausted ? { errorCode: 'attempts_exhausted' as const } : {}),
      errorMessage: expiredMessage(item),
    },
  ]);
  const deltas = exhausted ? outcomeDeltas('failed', 1) : { retried: 1 };
  await countOutcomes(tx, item.run_id, [{ claimedAt: item.claimed_at, deltas }]);
  if (!exhausted) await settleReturned(tx, item);
  await recordEvents(tx, [
    {
      ...ofItem(item),
      kind: exhausted ? 'item.failed' : 'item.rescued',
      message: expiredMessage(item),
      workerId: item.lease_owner,
    },
  ]);
  return true;
}

const readExpired = (tx: Session, workItemId: string): Promise<WorkItemRow | undefined> =>
  tx.q
    .selectFrom('work_items')
    .selectAll()
    .where('work_item_id', '=', workItemId)
    .where('status', '=', statusIs('in_progress'))
    .where((eb) => eb.or([eb('lease_until', '<=', tx.engine.now()), eb('lease_until', 'is', null)]))
    .executeTakeFirst();

async function takeBack(tx: Session, item: WorkItemRow, exhausted: boolean): Promise<boolean> {
  const result = await tx.q
    .updateTable('work_items')
    .set({
      ...noLease,
      updated_at: tx.engine.now(),
      ...(exhausted
        ? {
            status: 'failed',
            error_code: 'attempts_exhausted',
            error_message: `${expiredMessage(item)} It was the last of its attempts.`,
          }
        : { status: 'pending', available_at: tx.engine.now(), wait_reason: null }),
    })
    .where('work_item_id', '=', item.work_item_id)
    .where('status', '=', statusIs('in_progress'))
    // Renewed or claimed anew since it was read: leave it alone.
    .where((eb) =>
      item.lease_id === null ? eb('lease_id', 'is', null) : eb('lease_id', '=', item.lease_id),
    )
    .where((eb) => eb.or([eb('lease_until', '<=', tx.engine.now()), eb('lease_until', 'is', null)]))
    .executeTakeFirst();
  return Number(result.numUpdatedRows) === 1;
}

const expiredMessage = (item: WorkItemRow) =>
  `The worker ${item.lease_owner ?? '(unknown)'} did not finish attempt ${item.attempt} within its lease.`;
