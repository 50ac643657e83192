/** Hold: puts queued items on hold. They leave their run, which would wait for them without end. */
import type { Session } from '#db/engine.ts';
import { onHoldChange, onHoldReason } from '#lib/queue/hold.ts';
import { statusIs } from '#lib/queue/lease/leased-item.ts';
import { adjustRun, lockRun } from '#lib/queue/runs/run-numbers.ts';
import { groupByStatusAndRun, type ItemAsRead, stillAsRead } from '#lib/queue/status-and-run.ts';
import { items, itemsWere } from '../words.ts';
import { defineChange } from './change.ts';
import { putBackIntoRun } from './put-back.ts';

export const hold = defineChange({
  action: 'hold',
  input: {},
  label: 'Put on hold',
  labelOfMany: 'Put {items} on hold',
  icon: 'pause',
  permission: 'work-items:change',
  takes: ['pending'],
  apply: holdItems,
  undo: {
    find: ({ untouched }) =>
      untouched.where('status', '=', statusIs('pending')).where('wait_reason', '=', onHoldReason),
    restore: putBackIntoRun,
  },
  words: {
    promise: () =>
      'will leave their run and stay in the queue, and will not be fetched until they are taken off hold',
    outcome: (count) => `${itemsWere(count)} put on hold`,
    record: (count) => `Put ${items(count)} on hold`,
  },
});

async function holdItems(tx: Session, taken: readonly ItemAsRead[]): Promise<number> {
  let changed = 0;
  for (const group of groupByStatusAndRun(taken)) {
    // The run's row first: it does not end between losing its items and losing count of them.
    await lockRun(tx, group.runId);
    const result = await tx.q
      .updateTable('work_items')
      .set({ run_id: null, ...onHoldChange(tx), updated_at: tx.engine.now() })
      .where(stillAsRead(tx, group))
      .executeTakeFirst();
    const count = Number(result.numUpdatedRows);
    if (count === 0) continue;
    changed += count;
    await adjustRun(tx, group.runId, { total: -count });
  }
  return changed;
}
