/** The items a bulk action left as they are, and why: the first of them for a page, all for a file. */
import type { Session } from '#db/engine.ts';
import { csvLine } from '#lib/exports/csv.ts';
import type { Refusal } from '../changes/refusal.ts';
import { refusedFrom } from './rows.ts';

export interface RefusedItem {
  readonly workItemId: string;
  readonly reason: Refusal;
  /** Null when the item is gone. */
  readonly resourceId: string | null;
}

const chunksAtOnce = 10;

/** The first refused items, at most `limit` (1..500). */
export async function listRefused(
  s: Session,
  bulkActionId: string,
  limit: number,
): Promise<RefusedItem[]> {
  const found: RefusedItem[] = [];
  for await (const items of refusedItems(s, bulkActionId)) {
    found.push(...items);
    if (found.length >= limit) break;
  }
  return found.slice(0, limit);
}

/** All of them as CSV, a chunk of the action at a time: memory holds some thousand. */
export async function* refusedAsCsv(
  s: Session,
  bulkActionId: string,
): AsyncGenerator<string, void, void> {
  yield csvLine(['workItemId', 'resourceId', 'reason']);
  for await (const items of refusedItems(s, bulkActionId)) {
    yield items
      .map(({ workItemId, resourceId, reason }) => csvLine([workItemId, resourceId, reason]))
      .join('');
  }
}

async function* refusedItems(s: Session, bulkActionId: string): AsyncGenerator<RefusedItem[]> {
  let after = 0;
  for (;;) {
    const query = s.q
      .selectFrom('bulk_action_chunks')
      .select(['chunk', 'refused'])
      .where('bulk_action_id', '=', bulkActionId)
      .where('refused_count', '>', 0)
      .where('chunk', '>', after)
      .orderBy('chunk');
    const chunks = await s.engine.take(query, chunksAtOnce).execute();
    for (const { refused } of chunks) yield await withNames(s, refusedFrom(refused));
    const last = chunks.at(-1);
    if (!last || chunks.length < chunksAtOnce) return;
    after = last.chunk;
  }
}

async function withNames(
  s: Session,
  refused: ReturnType<typeof refusedFrom>,
): Promise<RefusedItem[]> {
  const rows = await s.q
    .selectFrom('work_items')
    .select(['work_item_id', 'resource_id'])
    .where(
      'work_item_id',
      'in',
      refused.map(({ id }) => id),
    )
    .execute();
  const names = new Map(rows.map((row) => [row.work_item_id, row.resource_id]));
  return refused.map(({ id, reason }) => ({
    workItemId: id,
    reason,
    resourceId: names.get(id) ?? null,
  }));
}
