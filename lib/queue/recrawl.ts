/** Finding known items to fetch again, and sending them round in chunks. */
import { sql } from 'kysely';
import { chunkSize, chunksOf } from '#db/chunks.ts';
import type { Db, Session } from '#db/engine.ts';
import type { WorkItemRow } from '#db/schema.ts';
import { statusIs } from './lease/leased-item.ts';
import type { RecrawlFilter } from './model.ts';
import { type ReopenTarget, reopenItems } from './reopen.ts';
import type { ItemAsRead } from './status-and-run.ts';
import { type ItemRows, type Portion, walkItems } from './walk-items.ts';

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
  const filters =
    filter.workItemIds === undefined
      ? [filter]
      : [...chunksOf(filter.workItemIds)].map((workItemIds) => ({ ...filter, workItemIds }));
  for (const part of filters) {
    let position: string | null = '';
    while (position !== null) {
      const after: string = position;
      const chunk = await db.transaction(async (tx) => {
        const { rows, next } = await recrawlCandidates(tx, part, after);
        return { count: await reopenItems(tx, rows, target), next };
      });
      reset += chunk.count;
      position = chunk.next;
    }
  }
  return reset;
}

export type RecrawlCandidate = ItemAsRead & Pick<WorkItemRow, 'source_system' | 'resource_type'>;

/**
 * The next items that match, at most `limit` of those that a portion looks at (see `walkItems`). Stale is what was
 * fetched once and not for so long; of what an older system completed, its last change tells. Retired items never
 * match, those pinned to `never` only by their ids.
 * `workItemIds` may name at most 500.
 */
export async function recrawlCandidates(
  s: Session,
  filter: RecrawlFilter,
  position: string,
  limit = chunkSize,
): Promise<Portion<RecrawlCandidate>> {
  const statuses = (filter.statuses ?? ['completed']).filter((status) => status !== 'in_progress');
  const { workItemIds, sourceName, runId } = filter;
  if (workItemIds === undefined) {
    return walkItems(s, { sourceName, runId, statuses }, position, limit, (from) =>
      narrowed(s, from, filter).select(candidateColumns),
    );
  }
  if (statuses.length === 0 || workItemIds.length === 0) return { rows: [], next: null };
  let named = narrowed(s, s.q.selectFrom('work_items'), filter)
    .where('work_item_id', 'in', s.engine.listed(workItemIds))
    .where('status', 'in', statuses)
    .orderBy('work_item_id');
  if (sourceName !== undefined) {
    named = named.where(s.engine.isExactly(sql.ref('source_name'), sourceName));
  }
  if (runId !== undefined) named = named.where('run_id', '=', runId);
  return { rows: await named.select(candidateColumns).execute(), next: null };
}

export const candidateColumns = [
  'work_item_id',
  'status',
  'run_id',
  'source_system',
  'resource_type',
] as const;

/** What is asked of each item beyond its source, run and status. */
function narrowed(s: Session, from: ItemRows, filter: RecrawlFilter): ItemRows {
  const exactly = (column: string, text: string) => s.engine.isExactly(sql.ref(column), text);
  let rows = from;
  if (filter.sourceSystem !== undefined) {
    rows = rows.where(exactly('source_system', filter.sourceSystem));
  }
  if (filter.resourceType !== undefined) {
    rows = rows.where(exactly('resource_type', filter.resourceType));
  }
  // `never` is about rounds over many; who names an item asks for it.
  const passedOver = filter.workItemIds === undefined ? ['never', 'retired'] : ['retired'];
  rows = rows.where((eb) =>
    eb.or([
      eb('refetch', 'is', null),
      eb(
        'refetch',
        'not in',
        passedOver.map((plan) => sql.lit(plan)),
      ),
    ]),
  );
  if (filter.staleDays === undefined) return rows;
  const before = s.engine.nowPlus(-filter.staleDays * dayMs);
  return rows.where((eb) =>
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
