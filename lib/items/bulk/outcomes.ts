/**
 * What became of the single items of a bulk action: which were changed and how they were before, which were
 * left and why; the first of these for a page, all for a file.
 */
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import { csvLine } from '#lib/exports/csv.ts';
import { type ChangedGroup, changedGroupSchema } from '../changes/change.ts';
import { type Refusal, refusals } from '../changes/refusal.ts';
import type { RefusalCounts } from './read.ts';

export const changedGroupsFrom = (text: string | null): ChangedGroup[] =>
  text === null ? [] : z.array(changedGroupSchema).parse(JSON.parse(text));

const refusedSchema = z.partialRecord(z.enum(refusals), z.array(z.string()));
/** Ids of refused items by reason. */
type RefusedIds = z.infer<typeof refusedSchema>;

export interface RefusedId {
  readonly id: string;
  readonly reason: Refusal;
}

export function groupRefused(refused: readonly RefusedId[]): RefusedIds {
  const groups: RefusedIds = {};
  for (const { id, reason } of refused) {
    const ids = groups[reason] ?? [];
    ids.push(id);
    groups[reason] = ids;
  }
  return groups;
}

export function refusedFrom(text: string | null): RefusedId[] {
  if (text === null) return [];
  const groups = refusedSchema.parse(JSON.parse(text));
  return refusals.flatMap((reason) => (groups[reason] ?? []).map((id) => ({ id, reason })));
}

/** The counts by reason with some more items added. */
export function addRefusals(counts: RefusalCounts, refused: readonly RefusedId[]): RefusalCounts {
  const sums = { ...counts };
  for (const { reason } of refused) sums[reason] = (sums[reason] ?? 0) + 1;
  return sums;
}

export interface RefusedItem {
  readonly workItemId: string;
  readonly reason: Refusal;
  /** Null when there is no such item any more. */
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

/** All of them as CSV, a chunk of the action at a time, so that memory holds a few thousand rows. */
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
    .where('work_item_id', 'in', s.engine.listed(refused.map(({ id }) => id)))
    .execute();
  const names = new Map(rows.map((row) => [row.work_item_id, row.resource_id]));
  return refused.map(({ id, reason }) => ({
    workItemId: id,
    reason,
    resourceId: names.get(id) ?? null,
  }));
}

/** Outcomes of single items are kept for a month; the totals of an action stay. */
const keepMs = 30 * 24 * 3_600_000;
/** Chunks removed by one statement; each holds up to 500 items. */
const purgedAtOnce = 100;

/** Purges the outcomes of chunks that were committed longer ago. Returns how many chunks. */
export async function purgeOldOutcomes(db: Db): Promise<number> {
  let purged = 0;
  for (;;) {
    const query = db.q
      .selectFrom('bulk_action_chunks')
      .select(['bulk_action_id', 'chunk'])
      .where('committed_at', '<', db.engine.nowPlus(-keepMs))
      .orderBy('committed_at');
    const old = await db.engine.take(query, purgedAtOnce).execute();
    for (const { bulk_action_id: id, chunk } of old) {
      await db.q
        .deleteFrom('bulk_action_chunks')
        .where('bulk_action_id', '=', id)
        .where('chunk', '=', chunk)
        .execute();
    }
    purged += old.length;
    if (old.length < purgedAtOnce) return purged;
  }
}
