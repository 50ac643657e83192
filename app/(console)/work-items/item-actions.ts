/** What a person can do to an item from its page, and whom each touches. */

import { refusalOf } from '#lib/items/changes/refusal.ts';
import { isOnHold } from '#lib/queue/hold.ts';
import type { WorkItem } from '#lib/queue/model.ts';

export const itemActions = ['recrawl', 'retry', 'skip', 'hold', 'release'] as const;
export type ItemAction = (typeof itemActions)[number];

type ActionItem = Pick<WorkItem, 'status' | 'waitReason'>;

/** Which of the items an action would change. */
export function splitByAction<T extends ActionItem>(
  action: ItemAction,
  given: readonly T[],
): { readonly affected: readonly T[] } {
  return {
    affected: given.filter(
      (item) =>
        refusalOf(
          { action },
          {
            status: item.status,
            wait_reason: isOnHold(item) ? item.waitReason : null,
            priority: 0,
            run_id: null,
            refetch: null,
            refetch_every_s: null,
          },
        ) === null,
    ),
  };
}
