/** Unhold: takes items off hold; they may be fetched at once. */
import type { Session } from '#db/engine.ts';
import { onHoldChange, onHoldReason } from '#lib/queue/hold.ts';
import { statusIs } from '#lib/queue/lease/leased-item.ts';
import { groupByStatusAndRun, type ItemAsRead, stillAsRead } from '#lib/queue/status-and-run.ts';
import { items, itemsWere } from '../words.ts';
import { defineChange } from './change.ts';
import { writeItems } from './put-back.ts';

export const unhold = defineChange({
  action: 'unhold',
  input: {},
  label: 'Take off hold',
  labelOfMany: 'Take {items} off hold',
  icon: 'play',
  permission: 'work-items:retry',
  takes: ['on_hold'],
  apply: unholdItems,
  undo: {
    find: ({ untouched }) =>
      untouched.where('status', '=', statusIs('pending')).where('wait_reason', 'is', null),
    restore: (tx, _group, ids) => writeItems(tx, ids, onHoldChange(tx)),
  },
  words: {
    promise: () => 'will be fetched as soon as a worker is free',
    outcome: (count) => `${itemsWere(count)} taken off hold`,
    record: (count) => `Took ${items(count)} off hold`,
  },
});

async function unholdItems(tx: Session, taken: readonly ItemAsRead[]): Promise<number> {
  const now = tx.engine.now();
  let changed = 0;
  for (const group of groupByStatusAndRun(taken)) {
    const result = await tx.q
      .updateTable('work_items')
      .set({ wait_reason: null, available_at: now, updated_at: now })
      .where(stillAsRead(tx, group))
      .where('wait_reason', '=', onHoldReason)
      .executeTakeFirst();
    changed += Number(result.numUpdatedRows);
  }
  return changed;
}
