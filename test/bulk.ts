/** What the suites of bulk actions do: a store with items, launching, and workers coming by. */
import { beforeEach } from 'vitest';
import type { WorkItemStatus } from '#db/schema.ts';
import type { Actor } from '#lib/actor/model.ts';
import { newId } from '#lib/ids.ts';
import { undoBulkAction } from '#lib/items/bulk/control.ts';
import { launchBulkAction } from '#lib/items/bulk/launch.ts';
import type { LaunchBulkAction } from '#lib/items/bulk/model.ts';
import { changedGroupsFrom, refusedFrom } from '#lib/items/bulk/outcomes.ts';
import { requireBulkAction } from '#lib/items/bulk/read.ts';
import { workOnBulkActions } from '#lib/items/bulk/work.ts';
import type { ItemChange } from '#lib/items/changes/registry.ts';
import type { ContractEngine } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { useStore } from '#test/queue-database.ts';

export const operator: Actor = { userId: newId(), email: 'op@example.org', role: 'operator' };
export const viewer: Actor = { userId: newId(), email: 'view@example.org', role: 'viewer' };
export const all = { filter: { source: 'sample' } };

export function useBulkActions(engine: ContractEngine) {
  const given = useStore(engine);
  beforeEach(async () => {
    await given.db.q.deleteFrom('bulk_action_chunks').execute();
    await given.db.q.deleteFrom('bulk_actions').execute();
  });

  /** As if a worker had brought the item there. */
  const settle = (id: string, status: WorkItemStatus) =>
    given.db.q
      .updateTable('work_items')
      .set({ status, updated_at: given.db.engine.now() })
      .where('work_item_id', '=', id)
      .execute();
  /** Items in order of creation, all of one status. */
  const givenItems = async (count: number, status: WorkItemStatus = 'pending', over = {}) => {
    const items = Array.from({ length: count }, () => aWorkItem(over));
    const ids = await given.store.enqueueMany(items);
    if (status !== 'pending') for (const id of ids) await settle(id, status);
    return ids;
  };
  const launch = async (
    change: ItemChange,
    over: Partial<LaunchBulkAction> = {},
    requestKey = newId(),
  ) => {
    const input = { change, scope: all, ...over };
    return (await launchBulkAction(given.db, operator, input, requestKey)).bulkActionId;
  };
  const undo = async (id: string) =>
    (await undoBulkAction(given.db, operator, id, newId())).bulkActionId;
  const actionOf = (id: string) => requireBulkAction(given.db, id);
  /** A worker comes by once, and does at most `mostChunks`. */
  const work = (mostChunks = 1_000, owner = 'worker-1') =>
    workOnBulkActions(given.db, { owner, mostChunks });
  /** Lets the throttle, and the leases of silent workers, be over. */
  const later = () =>
    given.db.q
      .updateTable('bulk_actions')
      .set({ next_chunk_at: null, lease_until: given.db.engine.nowPlus(-1) })
      .execute();
  /** Every item's outcome, as it is kept. */
  const outcomes = async (id: string) => {
    const chunks = await given.db.q
      .selectFrom('bulk_action_chunks')
      .select(['changed', 'refused'])
      .where('bulk_action_id', '=', id)
      .orderBy('chunk')
      .execute();
    return {
      changed: chunks.flatMap((row) => changedGroupsFrom(row.changed).flatMap(({ ids }) => ids)),
      refused: chunks.flatMap((row) => refusedFrom(row.refused)),
    };
  };
  const rows = async (ids: readonly string[]) => {
    const found = [];
    for (const id of ids) found.push(await given.row(id));
    return found;
  };
  const statuses = async (ids: readonly string[]) => (await rows(ids)).map((row) => row.status);

  return {
    given,
    settle,
    givenItems,
    launch,
    undo,
    actionOf,
    work,
    later,
    outcomes,
    rows,
    statuses,
  };
}
