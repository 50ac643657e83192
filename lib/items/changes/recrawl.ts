/** Recrawl: fetches items again; those that are queued or in progress already are left. */
import { reopenItems } from '#lib/queue/reopen.ts';
import { items } from '../words.ts';
import { defineChange } from './change.ts';
import { putBackFromQueue } from './put-back.ts';

export const recrawl = defineChange({
  action: 'recrawl',
  input: {},
  label: 'Recrawl',
  icon: 'again',
  permission: 'work-items:retry',
  isMain: true,
  takes: ['completed', 'failed', 'skipped', 'on_hold'],
  apply: (tx, taken) => reopenItems(tx, taken, {}),
  undo: putBackFromQueue,
  words: {
    promise: () => 'will be put back into the queue and fetched again',
    outcome: (count) => `${items(count)} will be fetched again`,
    record: (count) => `Sent ${items(count)} to be fetched again`,
  },
});
