/** Pinning items to a plan of refetching, retiring them, and taking either back. */
import type { Session } from '#db/engine.ts';
import { classUnder, nextFetchUnder } from '#lib/queue/finish/next-fetch.ts';
import { type RefetchPlan, refetchColumns } from '#lib/revisit/refetch-plan.ts';

/**
 * Gives the items the plan, and their next fetch with it; what is queued already is fetched all the
 * same. A retired item must not be queued: see `item-changes.ts`.
 * @param ids at most 500
 * @returns how many were changed
 */
export async function setRefetch(
  tx: Session,
  ids: readonly string[],
  plan: RefetchPlan,
): Promise<number> {
  let update = tx.q
    .updateTable('work_items')
    .set({
      ...refetchColumns(plan),
      next_fetch_at: nextFetchUnder(tx, plan),
      refresh_class: classUnder(plan),
      updated_at: tx.engine.now(),
    })
    .where('work_item_id', 'in', ids);
  // Queued meanwhile: the caller sees that one is missing, and looks again.
  if (plan.kind === 'retired')
    update = update.where('status', 'not in', ['pending', 'in_progress']);
  return Number((await update.executeTakeFirst()).numUpdatedRows);
}
