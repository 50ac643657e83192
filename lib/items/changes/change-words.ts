/**
 * What a person can do to items, in words: the same in a dialog before, in its notice after, on the page
 * of a bulk action and in the audit log.
 */
import { refetchWords } from '#lib/revisit/refetch-words.ts';
import type { ItemChange } from './item-changes.ts';
import type { Refusal } from './refusal.ts';

const whole = (count: number) => count.toLocaleString('en-US');
const items = (count: number) => (count === 1 ? '1 item' : `${whole(count)} items`);
const was = (count: number) => (count === 1 ? 'was' : 'were');

/** The imperative: "Recrawl", "Set priority to 5", "Retire". */
export function changeVerb(change: ItemChange): string {
  switch (change.action) {
    case 'recrawl':
      return 'Recrawl';
    case 'retry':
      return 'Retry';
    case 'skip':
      return 'Skip';
    case 'hold':
      return 'Hold';
    case 'release':
      return 'Release';
    case 'set_priority':
      return `Set priority to ${whole(change.priority)}`;
    case 'move_to_run':
      return `Move to run ${change.runId.slice(-8)}`;
    case 'set_refetch':
      if (change.plan.kind === 'retired') return 'Retire';
      return change.plan.kind === 'adaptive' ? 'Unpin' : `Fetch ${refetchWords(change.plan)}`;
  }
}

/** What will happen to the items it takes: "will be put back into the queue and fetched again". */
export function changePromise(change: ItemChange): string {
  switch (change.action) {
    case 'recrawl':
      return 'will be put back into the queue and fetched again';
    case 'retry':
      return 'will be tried again, with attempts counted from 0';
    case 'skip':
      return 'will leave the queue without being fetched';
    case 'hold':
      return 'will stay in the queue, out of their run, and be fetched by nobody until released';
    case 'release':
      return 'will be fetched as soon as a worker is free';
    case 'set_priority':
      return `will have priority ${whole(change.priority)}; lower goes first`;
    case 'move_to_run':
      return `will be fetched in run ${change.runId.slice(-8)}`;
    case 'set_refetch':
      if (change.plan.kind === 'retired')
        return 'will be kept with their records, and nobody fetches them any more';
      return `will be fetched again ${refetchWords(change.plan)}`;
  }
}

/** What happened: "12 items were skipped". */
export function changeOutcome(change: ItemChange, count: number): string {
  switch (change.action) {
    case 'recrawl':
      return `${items(count)} will be fetched again`;
    case 'retry':
      return `${items(count)} will be tried again`;
    case 'skip':
      return `${items(count)} ${was(count)} skipped`;
    case 'hold':
      return `${items(count)} ${was(count)} put on hold`;
    case 'release':
      return `${items(count)} ${was(count)} released`;
    case 'set_priority':
      return `${items(count)} now ${count === 1 ? 'has' : 'have'} priority ${whole(change.priority)}`;
    case 'move_to_run':
      return `${items(count)} ${was(count)} moved to run ${change.runId.slice(-8)}`;
    case 'set_refetch':
      if (change.plan.kind === 'retired') return `${items(count)} ${was(count)} retired`;
      return `${items(count)} will be fetched again ${refetchWords(change.plan)}`;
  }
}

/** What was done, for the audit log: "Skipped 12 items". */
export function changeRecord(change: ItemChange, count: number): string {
  switch (change.action) {
    case 'recrawl':
      return `Sent ${items(count)} to be fetched again`;
    case 'retry':
      return `Retried ${items(count)}`;
    case 'skip':
      return `Skipped ${items(count)}`;
    case 'hold':
      return `Put ${items(count)} on hold`;
    case 'release':
      return `Released ${items(count)}`;
    case 'set_priority':
      return `Set the priority of ${items(count)} to ${change.priority}`;
    case 'move_to_run':
      return `Moved ${items(count)} to run ${change.runId}`;
    case 'set_refetch':
      if (change.plan.kind === 'retired') return `Retired ${items(count)}`;
      return `Set when ${items(count)} will be fetched again: ${refetchWords(change.plan)}`;
  }
}

/** Why items were left, after a count: "12 · being worked on". */
export const refusalWords: Readonly<Record<Refusal, string>> = {
  gone: 'no longer there',
  pending: 'queued already',
  held: 'on hold',
  in_progress: 'being worked on',
  completed: 'completed already',
  failed: 'failed',
  skipped: 'skipped',
  unchanged: 'so already',
  retired: 'retired: nobody fetches them',
  run_full: 'beyond the budget of the run',
  moved_on: 'changed since',
};
