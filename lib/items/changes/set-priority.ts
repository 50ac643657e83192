/** Set priority: of items in any status; lower goes first. */
import { z } from 'zod';
import { workItemStatuses } from '#lib/queue/model.ts';
import { items, whole } from '../words.ts';
import { defineChange } from './change.ts';
import { writeItems } from './put-back.ts';

const most = 1_000_000;
const message = 'must be a whole number from 0 to 1,000,000';

export const setPriority = defineChange({
  action: 'set_priority',
  input: {
    priority: z
      .number(message)
      .int(message)
      .min(0, 'must be 0 or more')
      .max(most, 'must be at most 1,000,000'),
  },
  label: 'Set priority',
  labelOfMany: 'Set priority of {items}',
  icon: 'number',
  permission: 'work-items:change',
  fields: [
    {
      kind: 'number',
      name: 'priority',
      label: 'Priority',
      help: 'A whole number from 0 to 1,000,000; lower goes first.',
      min: 0,
      max: most,
    },
  ],
  takes: [...workItemStatuses, 'on_hold'],
  takesRetired: true,
  refuses: (item, { priority }) => (item.priority === priority ? 'unchanged' : null),
  async apply(tx, taken, { priority }) {
    const result = await tx.q
      .updateTable('work_items')
      .set({ priority, updated_at: tx.engine.now() })
      .where('work_item_id', 'in', tx.engine.listed(taken.map((item) => item.work_item_id)))
      .executeTakeFirst();
    return Number(result.numUpdatedRows);
  },
  undo: {
    // Whatever else became of it: its priority is still the one that was set.
    find: ({ all }, { priority }) => all.where('priority', '=', priority),
    restore: (tx, { priority }, ids) => writeItems(tx, ids, { priority }),
  },
  words: {
    verb: ({ priority }) => `Set priority to ${whole(priority)}`,
    promise: ({ priority }) => `will have priority ${whole(priority)}; lower goes first`,
    outcome: (count, { priority }) =>
      `${items(count)} now ${count === 1 ? 'has' : 'have'} priority ${whole(priority)}`,
    record: (count, { priority }) => `Set the priority of ${items(count)} to ${priority}`,
  },
  before: ({ priority }) => ({ priority }),
});
