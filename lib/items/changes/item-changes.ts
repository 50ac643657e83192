/**
 * What a person can do to items: which items each change takes, why it leaves the others, and how it is
 * carried out. The same for the rows picked in the grid and for a bulk action over a filter.
 */
import { z } from 'zod';
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { reopenItems } from '#lib/queue/reopen.ts';
import type { ItemAsRead } from '#lib/queue/status-and-run.ts';
import { refetchPlanSchema } from '#lib/revisit/refetch-plan.ts';
import { holdItems, releaseItems } from './hold-items.ts';
import { moveToRun, roomInRun } from './move-to-run.ts';
import { type Refusal, refusalOf } from './refusal.ts';
import { setRefetch } from './set-refetch.ts';
import { skipCandidates } from './skip.ts';

export const itemChangeSchema = z.discriminatedUnion('action', [
  z.object({ action: z.literal('recrawl') }),
  z.object({ action: z.literal('retry') }),
  z.object({ action: z.literal('skip') }),
  z.object({ action: z.literal('hold') }),
  z.object({ action: z.literal('release') }),
  z.object({
    action: z.literal('set_priority'),
    priority: z
      .number('must be a whole number from 0 to 1,000,000')
      .int('must be a whole number from 0 to 1,000,000')
      .min(0, 'must be 0 or more')
      .max(1_000_000, 'must be at most 1,000,000'),
  }),
  z.object({
    action: z.literal('move_to_run'),
    runId: z.uuid('must be the id of a run'),
  }),
  z.object({ action: z.literal('set_refetch'), plan: refetchPlanSchema }),
]);

export type ItemChange = z.output<typeof itemChangeSchema>;
export type ItemChangeName = ItemChange['action'];

/** An item as it was before a change, with all that undoing it needs. */
export interface ChangeableItem extends ItemAsRead {
  readonly priority: number;
  readonly attempt: number;
  readonly wait_reason: string | null;
  readonly available_at: Instant;
  readonly updated_at: Instant;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly refetch: string | null;
  readonly refetch_every_s: number | null;
}

interface JudgedItems {
  readonly taken: readonly ChangeableItem[];
  readonly refused: { readonly id: string; readonly reason: Refusal }[];
}

export interface ChangeOutcome {
  readonly changed: readonly ChangeableItem[];
  readonly refused: readonly { readonly id: string; readonly reason: Refusal }[];
}

/**
 * Carries the change out on those of the items that it takes, in the caller's transaction.
 * @param ids at most 500
 * @param unchangedSince items that changed after this moment are refused as `moved_on`
 * @throws AppError `conflict` when an item moved between being read and being changed (run it again),
 *   `run_ended`, `not_found` (the run)
 */
export async function changeChunk(
  tx: Session,
  change: ItemChange,
  ids: readonly string[],
  unchangedSince?: Instant,
): Promise<ChangeOutcome> {
  const { taken, refused } = await judgeItems(tx, change, ids, unchangedSince);
  const room = change.action === 'move_to_run' ? await roomInRun(tx, change.runId) : taken.length;
  const changed = taken.slice(0, room);
  for (const item of taken.slice(room)) refused.push({ id: item.work_item_id, reason: 'run_full' });
  const count = await apply(tx, change, changed);
  if (count !== changed.length) {
    throw new AppError('conflict', 'Items moved while they were being changed.');
  }
  return { changed, refused };
}

/** What `changeChunk` would do to each of the items, were it carried out now; budgets of runs aside. */
export async function judgeItems(
  s: Session,
  change: ItemChange,
  ids: readonly string[],
  unchangedSince?: Instant,
): Promise<JudgedItems> {
  const items = await readItems(s, ids);
  const taken: ChangeableItem[] = [];
  const refused: { id: string; reason: Refusal }[] = [];
  for (const id of ids) {
    const item = items.get(id);
    const hasMoved = item && unchangedSince !== undefined && item.updated_at > unchangedSince;
    const reason = item ? (hasMoved ? 'moved_on' : refusalOf(change, item)) : 'gone';
    if (item && reason === null) taken.push(item);
    else refused.push({ id, reason: reason ?? 'gone' });
  }
  return { taken, refused };
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
    .where('work_item_id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.work_item_id, row]));
}

async function apply(
  tx: Session,
  change: ItemChange,
  items: readonly ChangeableItem[],
): Promise<number> {
  if (items.length === 0) return 0;
  switch (change.action) {
    case 'recrawl':
    case 'retry':
      return reopenItems(tx, items, {});
    case 'skip':
      return skipCandidates(tx, items);
    case 'hold':
      return holdItems(tx, items);
    case 'release':
      return releaseItems(tx, items);
    case 'set_priority':
      return setPriority(tx, items, change.priority);
    case 'move_to_run':
      return moveToRun(tx, items, change.runId);
    case 'set_refetch':
      return setRefetch(
        tx,
        items.map((item) => item.work_item_id),
        change.plan,
      );
  }
}

async function setPriority(
  tx: Session,
  items: readonly ChangeableItem[],
  priority: number,
): Promise<number> {
  const result = await tx.q
    .updateTable('work_items')
    .set({ priority, updated_at: tx.engine.now() })
    .where(
      'work_item_id',
      'in',
      items.map((item) => item.work_item_id),
    )
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}
