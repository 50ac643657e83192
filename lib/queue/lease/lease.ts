/** Leases: kept alive and given back. What is taken from workers that are gone: `rescue.ts`. */

import { chunksOf } from '#db/chunks.ts';
import type { Db, Session } from '#db/engine.ts';
import type { HeldItem } from '#db/queue/held-columns.ts';
import type { ItemFailure } from '#db/queue/storage.ts';
import { attemptRow } from '../finish/attempts.ts';
import { recordFailingAnswer } from '../finish/failing-answers.ts';
import type { Fence, Postponement } from '../model.ts';
import { countOutcomes } from '../runs/run-numbers.ts';
import { settleReturned } from '../runs/settle-unfetched.ts';
import { readAllLeased } from './leased-item.ts';

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
    const held = chunk.map(({ workItemId, leaseId }) => ({
      work_item_id: workItemId,
      lease_id: leaseId,
    }));
    const leased = await db.transaction((tx) => tx.engine.renewLeases(tx, held, leaseMs));
    renewed.push(...chunk.filter((fence) => leased.has(fence.leaseId)));
  }
  return renewed;
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
  for (const chunk of chunksOf(fences)) {
    released += await db.transaction((tx) => releaseChunk(tx, chunk, postponement));
  }
  return released;
}

async function releaseChunk(
  tx: Session,
  fences: readonly Fence[],
  postponement: Postponement | null,
): Promise<number> {
  const leased = await readAllLeased(tx, fences);
  const items = fences.flatMap(({ workItemId, leaseId }) => {
    const item = leased.get(leaseId);
    // Given twice, it is released once.
    leased.delete(leaseId);
    return item?.work_item_id === workItemId ? [item] : [];
  });
  const changed = await tx.engine.failItems(
    tx,
    items.map((item) => releaseOf(item, postponement)),
  );
  const released = items.filter((item) => changed.has(item.work_item_id));
  const requests = postponement?.report.requests ?? 0;
  for (const [runId, ofRun] of Map.groupBy(released, (item) => item.run_id)) {
    if (requests > 0) {
      await countOutcomes(
        tx,
        runId,
        ofRun.map((item) => ({ claimedAt: item.claimed_at, deltas: { requests } })),
      );
    }
    for (const item of ofRun) await settleReturned(tx, item);
  }
  if (postponement?.answer) {
    const { attemptId } = postponement.report;
    for (const { work_item_id: workItemId } of released) {
      await recordFailingAnswer(tx, { attemptId, workItemId }, postponement.answer);
    }
  }
  return released.length;
}

function releaseOf(item: HeldItem, postponement: Postponement | null): ItemFailure {
  const { delayMs, ...told } = postponement ?? { delayMs: null, report: null };
  return {
    work_item_id: item.work_item_id,
    lease_id: item.lease_id,
    expired: false,
    status: 'pending',
    uncounted: true,
    wait_reason: delayMs === null ? null : 'backoff',
    available_ms: delayMs === null ? null : Math.max(0, delayMs),
    error: null,
    answered: false,
    missing: null,
    attempt: attemptRow({ item, outcome: 'released', ...told }),
  };
}
