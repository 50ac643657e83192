/** Skip: takes pending and failed items out of the queue without fetching them. */
import type { Session } from '#db/engine.ts';
import { statusIs } from '#lib/queue/lease/leased-item.ts';
import {
  adjustRun,
  outcomeDeltas,
  type RunDeltas,
  timesDeltas,
} from '#lib/queue/runs/run-numbers.ts';
import {
  groupByStatusAndRun,
  type ItemAsRead,
  type StatusAndRun,
  stillAsRead,
} from '#lib/queue/status-and-run.ts';
import { items, itemsWere } from '../words.ts';
import { type ChangedGroup, defineChange } from './change.ts';
import { isRunning, writeItems } from './put-back.ts';

export const skip = defineChange({
  action: 'skip',
  input: {},
  label: 'Skip',
  icon: 'forward',
  permission: 'work-items:change',
  isMain: true,
  isDangerous: true,
  takes: ['pending', 'on_hold', 'failed'],
  takesRetired: true,
  apply: skipItems,
  undo: {
    find: ({ untouched }) => untouched.where('status', '=', statusIs('skipped')),
    restore,
  },
  words: {
    promise: () => 'will leave the queue without being fetched',
    outcome: (count) => `${itemsWere(count)} skipped`,
    record: (count) => `Skipped ${items(count)}`,
  },
});

async function skipItems(tx: Session, taken: readonly ItemAsRead[]): Promise<number> {
  let skipped = 0;
  for (const group of groupByStatusAndRun(taken)) {
    const result = await tx.q
      .updateTable('work_items')
      .set({ status: 'skipped', wait_reason: null, updated_at: tx.engine.now() })
      .where(stillAsRead(tx, group))
      .executeTakeFirst();
    const count = Number(result.numUpdatedRows);
    if (count === 0) continue;
    skipped += count;
    await recordSkipped(tx, group, count);
  }
  return skipped;
}

/** A pending item comes to its end in its run; a failed one only changes its outcome. */
async function recordSkipped(
  tx: Session,
  { status, runId }: StatusAndRun,
  count: number,
): Promise<void> {
  const deltas: RunDeltas =
    status === 'failed' ? { failed: -1, skipped: 1 } : outcomeDeltas('skipped', 1);
  await adjustRun(tx, runId, timesDeltas(deltas, count));
}

async function restore(tx: Session, group: ChangedGroup, ids: readonly string[]): Promise<void> {
  if (group.status === 'failed') {
    await adjustRun(tx, group.runId, { failed: ids.length, skipped: -ids.length });
    await writeItems(tx, ids, { status: 'failed' });
    return;
  }
  const runGoesOn = await isRunning(tx, group.runId);
  if (runGoesOn) {
    await adjustRun(tx, group.runId, timesDeltas(outcomeDeltas('skipped', -1), ids.length));
  }
  await writeItems(tx, ids, {
    status: 'pending',
    wait_reason: group.waitReason,
    // A run that ended without them does not wait for them again.
    run_id: runGoesOn ? group.runId : null,
  });
}
