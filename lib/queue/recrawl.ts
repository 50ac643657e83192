/** Finding known items to fetch again, and sending them round in chunks. */
import { sql } from 'kysely';
import { chunkSize, chunksOf } from '#db/chunks.ts';
import type { Db, Session } from '#db/engine.ts';
import type { WorkItemRow, WorkItemStatus } from '#db/schema.ts';
import { statusIs } from './lease/leased-item.ts';
import type { RecrawlFilter } from './model.ts';
import { type ReopenTarget, reopenItems } from './reopen.ts';
import type { ItemAsRead } from './status-and-run.ts';

const dayMs = 24 * 60 * 60_000;

/**
 * Sends matching items round again, each chunk of 500 in a transaction of its own; items in progress
 * are never touched. Returns how many were sent.
 */
export async function resetForRecrawl(
  db: Db,
  filter: RecrawlFilter,
  target: ReopenTarget = {},
): Promise<number> {
  let reset = 0;
  if (filter.workItemIds !== undefined) {
    for (const ids of chunksOf(filter.workItemIds)) {
      reset += await db.transaction(async (tx) =>
        reopenItems(tx, await recrawlCandidates(tx, { ...filter, workItemIds: ids }, ''), target),
      );
    }
    return reset;
  }
  let cursor: string | undefined = '';
  while (cursor !== undefined) {
    const after: string = cursor;
    const chunk = await db.transaction(async (tx) => {
      const items = await recrawlCandidates(tx, filter, after);
      return { count: await reopenItems(tx, items, target), last: nextCursor(items) };
    });
    reset += chunk.count;
    cursor = chunk.last;
  }
  return reset;
}

/**
 * The next items that match, in id order after `cursor`, at most 500. Stale is what was fetched once and
 * not for so long; of what an older system completed, its last change tells. Retired items never match,
 * those pinned to `never` only by their ids.
 * `workItemIds` may name at most 500.
 */
export function recrawlCandidates(
  s: Session,
  filter: RecrawlFilter,
  cursor: string,
  limit = chunkSize,
): Promise<(ItemAsRead & Pick<WorkItemRow, 'source_system' | 'resource_type'>)[]> {
  const statuses: readonly WorkItemStatus[] = (filter.statuses ?? ['completed']).filter(
    (status) => status !== 'in_progress',
  );
  if (statuses.length === 0) return Promise.resolve([]);
  const exactly = (column: string, text: string) => s.engine.isExactly(sql.ref(column), text);
  let query = s.q
    .selectFrom('work_items')
    .select(['work_item_id', 'status', 'run_id', 'source_system', 'resource_type'])
    .where('status', 'in', statuses)
    .where('work_item_id', '>', cursor)
    .orderBy('work_item_id');
  if (filter.sourceSystem !== undefined) {
    query = query.where(exactly('source_system', filter.sourceSystem));
  }
  if (filter.sourceName !== undefined)
    query = query.where(exactly('source_name', filter.sourceName));
  if (filter.resourceType !== undefined) {
    query = query.where(exactly('resource_type', filter.resourceType));
  }
  if (filter.runId !== undefined) query = query.where('run_id', '=', filter.runId);
  if (filter.workItemIds !== undefined) {
    if (filter.workItemIds.length === 0) return Promise.resolve([]);
    query = query.where('work_item_id', 'in', filter.workItemIds);
  }
  // `never` is about rounds over many; who names an item asks for it.
  const passedOver = filter.workItemIds === undefined ? ['never', 'retired'] : ['retired'];
  query = query.where((eb) =>
    eb.or([eb('refetch', 'is', null), eb('refetch', 'not in', passedOver)]),
  );
  if (filter.staleDays !== undefined) {
    const before = s.engine.nowPlus(-filter.staleDays * dayMs);
    query = query.where((eb) =>
      eb.or([
        eb('last_fetched_at', '<=', before),
        eb.and([
          eb('last_fetched_at', 'is', null),
          eb('status', '=', statusIs('completed')),
          eb('updated_at', '<=', before),
        ]),
      ]),
    );
  }
  return s.engine.take(query, limit).execute();
}

/** The cursor after a chunk; undefined when the chunk was empty. */
const nextCursor = (items: readonly ItemAsRead[]): string | undefined => items.at(-1)?.work_item_id;
