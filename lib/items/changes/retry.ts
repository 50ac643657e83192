/** Retry: tries failed and skipped items again, those on hold and those in backoff, at once and with their attempts at 0. */
import { reopenItems } from '#lib/queue/reopen.ts';
import { items } from '../words.ts';
import { defineChange } from './change.ts';
import { putBackFromQueue } from './put-back.ts';

export const retry = defineChange({
  action: 'retry',
  input: {},
  label: 'Retry',
  icon: 'back',
  permission: 'work-items:retry',
  isMain: true,
  takes: ['failed', 'skipped', 'on_hold', 'backoff'],
  apply: (tx, taken) => reopenItems(tx, taken, {}),
  undo: putBackFromQueue,
  words: {
    promise: () => 'will be tried again, with attempts counted from 0',
    outcome: (count) => `${items(count)} will be tried again`,
    record: (count) => `Retried ${items(count)}`,
  },
});
