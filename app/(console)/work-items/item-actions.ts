/** The three things a person can do to items: whom each touches, and the words that say so. */
import { countOf } from '#app/ui/num.tsx';
import { isOnHold } from '#lib/work-items/hold.ts';
import type { WorkItem, WorkItemStatus } from '#lib/work-items/model.ts';

export const itemActions = ['recrawl', 'retry', 'skip'] as const;
export type ItemAction = (typeof itemActions)[number];

interface ActionWords {
  readonly verb: string;
  title(count: number): string;
  /** What will happen, before. */
  explain(count: number): string;
  /** Why the others stay as they are. */
  leave(count: number): string;
  /** The confirming button. */
  confirm(count: number): string;
  /** What happened, after. */
  done(count: number): string;
}

const touches: Readonly<Record<ItemAction, ReadonlySet<WorkItemStatus | 'held'>>> = {
  recrawl: new Set(['completed', 'failed', 'skipped', 'held']),
  retry: new Set(['failed', 'skipped', 'held']),
  skip: new Set(['pending', 'failed']),
};

const items = (count: number) => countOf(count, 'item');
const stay = (count: number) =>
  `${items(count)} ${count === 1 ? 'stays' : 'stay'} as ${count === 1 ? 'it is' : 'they are'}`;

const words: Readonly<Record<ItemAction, ActionWords>> = {
  recrawl: {
    verb: 'Recrawl',
    title: (count) => `Recrawl ${items(count)}?`,
    explain: (count) => `${items(count)} will be put back into the queue and fetched again.`,
    leave: (count) => `${stay(count)}: pending or being worked on already.`,
    confirm: (count) => `Recrawl ${items(count)}`,
    done: (count) => `${items(count)} will be fetched again`,
  },
  retry: {
    verb: 'Retry',
    title: (count) => `Retry ${items(count)}?`,
    explain: (count) => `${items(count)} will be tried again, with attempts counted from 0.`,
    leave: (count) =>
      `${stay(count)}: only failed and skipped items, and those of a stopped run, are retried.`,
    confirm: (count) => `Retry ${items(count)}`,
    done: (count) => `${items(count)} will be tried again`,
  },
  skip: {
    verb: 'Skip',
    title: (count) => `Skip ${items(count)}?`,
    explain: (count) => `${items(count)} will leave the queue without being fetched.`,
    leave: (count) => `${stay(count)}: only pending and failed items are skipped.`,
    confirm: (count) => `Skip ${items(count)}`,
    done: (count) => `${items(count)} ${count === 1 ? 'was' : 'were'} skipped`,
  },
};

type ActionItem = Pick<WorkItem, 'status' | 'waitReason'>;

/** Which of the items an action would change, which it would leave, and how to say it. */
export function splitByAction<T extends ActionItem>(
  action: ItemAction,
  given: readonly T[],
): { readonly affected: readonly T[]; readonly left: readonly T[]; readonly words: ActionWords } {
  const isTouched = (item: T) =>
    touches[action].has(item.status) || (isOnHold(item) && touches[action].has('held'));
  return {
    affected: given.filter(isTouched),
    left: given.filter((item) => !isTouched(item)),
    words: words[action],
  };
}
