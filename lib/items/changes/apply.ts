/** Carrying a change out on some items: the same for the rows picked in the grid and for a bulk action. */
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { ChangeableItem, ChangeDefinition, ChangedGroup } from './change.ts';
import type { Refusal } from './refusal.ts';
import { refusalBy } from './registry.ts';

export interface ChangeOutcome {
  /** As they were before. */
  readonly changed: readonly ChangeableItem[];
  readonly refused: readonly { readonly id: string; readonly reason: Refusal }[];
}

/**
 * Carries the change out on those of the items that it takes, in the caller's transaction.
 * @param ids at most 500
 * @param unchangedSince items that changed after this moment are refused as `moved_on`
 * @throws AppError `conflict` when an item moved between being read and being changed (run it again),
 *   and what the change itself throws: `run_ended`, `not_found` (the run)
 */
export async function applyChange<C extends { readonly action: string }>(
  tx: Session,
  definition: ChangeDefinition<C>,
  change: C,
  ids: readonly string[],
  unchangedSince?: Instant,
): Promise<ChangeOutcome> {
  const judged = await judgeItems(tx, definition, change, ids, unchangedSince);
  const room = (await definition.room?.(tx, change)) ?? judged.changed.length;
  const changed = judged.changed.slice(0, room);
  const beyond = judged.changed.slice(room);
  const count = changed.length === 0 ? 0 : await definition.apply(tx, changed, change);
  if (count !== changed.length) {
    throw new AppError('conflict', 'Items moved while they were being changed.');
  }
  return {
    changed,
    refused: [
      ...judged.refused,
      ...beyond.map((item) => ({ id: item.work_item_id, reason: 'run_full' as const })),
    ],
  };
}

/** What `applyChange` would do to each of the items, were it carried out now; budgets of runs aside. */
export async function judgeItems<C extends { readonly action: string }>(
  s: Session,
  definition: ChangeDefinition<C>,
  change: C,
  ids: readonly string[],
  unchangedSince?: Instant,
): Promise<ChangeOutcome> {
  const items = await readItems(s, ids);
  const changed: ChangeableItem[] = [];
  const refused: { id: string; reason: Refusal }[] = [];
  for (const id of ids) {
    const item = items.get(id);
    const hasMoved = item && unchangedSince !== undefined && item.updated_at > unchangedSince;
    const reason = !item
      ? 'not_found'
      : hasMoved
        ? 'moved_on'
        : refusalBy(definition, change, item);
    if (item && reason === null) changed.push(item);
    else refused.push({ id, reason: reason ?? 'not_found' });
  }
  return { changed, refused };
}

async function readItems(s: Session, ids: readonly string[]): Promise<Map<string, ChangeableItem>> {
  if (ids.length === 0) return new Map();
  const rows = await s.q
    .selectFrom('work_items')
    .select([
      'work_item_id',
      'status',
      'run_id',
      'priority',
      'attempt',
      'wait_reason',
      'available_at',
      'updated_at',
      'error_code',
      'error_message',
      'refetch',
      'refetch_every_s',
    ])
    .where('work_item_id', 'in', s.engine.listed(ids))
    .execute();
  return new Map(rows.map((row) => [row.work_item_id, row]));
}

/** The items in groups of those that were the same, as an outcome is stored and undone. */
export function groupChanged(items: readonly ChangeableItem[]): ChangedGroup[] {
  const groups = new Map<string, ChangedGroup>();
  for (const item of items) {
    const before = {
      status: item.status,
      runId: item.run_id,
      priority: item.priority,
      attempt: item.attempt,
      waitReason: item.wait_reason,
      availableAt: item.wait_reason === null ? null : item.available_at,
      errorCode: item.error_code,
      errorMessage: item.error_message,
      refetch: item.refetch,
      refetchEveryS: item.refetch_every_s,
    };
    const key = JSON.stringify(before);
    const group = groups.get(key) ?? { ...before, ids: [] };
    group.ids.push(item.work_item_id);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/**
 * Puts the items of one group back as they were, in the caller's transaction, where they have not moved on.
 * @param changedAt when the change was committed: what was touched later has moved on
 * @returns ids of those that were put back
 */
export async function undoChange<C extends { readonly action: string }>(
  tx: Session,
  definition: ChangeDefinition<C>,
  change: C,
  group: ChangedGroup,
  changedAt: Instant,
): Promise<readonly string[]> {
  const all = tx.q
    .selectFrom('work_items')
    .select('work_item_id')
    .where('work_item_id', 'in', tx.engine.listed(group.ids));
  const untouched = all.where('updated_at', '<=', tx.engine.instantParam(changedAt));
  const rows = await definition.undo.find({ all, untouched, group }, change).execute();
  const ids = rows.map((row) => row.work_item_id);
  if (ids.length > 0) await definition.undo.restore(tx, group, ids, change);
  return ids;
}
