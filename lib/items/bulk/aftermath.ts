/** Whether it helped: how the items that a bulk action sent to be fetched again stand now. */
import type { Session } from '#db/engine.ts';
import type { WorkItemStatus } from '#db/schema.ts';
import { noItems } from '#lib/queue/stats.ts';
import type { BulkAction } from './model.ts';
import { changedGroupsFrom } from './outcomes.ts';

/** Of the first chunks, each of up to 500 items: a page that loads itself again reads no more. */
const chunksRead = 4;
const mostFailed = 10;

export interface Aftermath {
  readonly counts: Readonly<Record<WorkItemStatus, number>>;
  /** How many were looked at: the first 2,000 or so of those that were changed and are still there. */
  readonly of: number;
  /** Those that failed again, the latest first, ten at most. */
  readonly failed: readonly FailedAgain[];
}

export interface FailedAgain {
  readonly workItemId: string;
  readonly resourceId: string;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
}

/** Null for what sends nothing to be fetched, and where the outcomes are no longer kept. */
export async function readAftermath(
  s: Session,
  { bulkActionId, change, isDryRun }: BulkAction,
): Promise<Aftermath | null> {
  if (isDryRun || (change.action !== 'retry' && change.action !== 'recrawl')) return null;
  const query = s.q
    .selectFrom('bulk_action_chunks')
    .select('changed')
    .where('bulk_action_id', '=', bulkActionId)
    .orderBy('chunk');
  const chunks = await s.engine.take(query, chunksRead).execute();
  const counts = noItems();
  const failed: (FailedAgain & { readonly updatedAt: string })[] = [];
  for (const chunk of chunks) {
    const ids = changedGroupsFrom(chunk.changed).flatMap((group) => group.ids);
    if (ids.length === 0) continue;
    const rows = await s.q
      .selectFrom('work_items')
      .select(['work_item_id', 'resource_id', 'status', 'error_code', 'error_message'])
      .select('updated_at')
      .where('work_item_id', 'in', s.engine.listed(ids))
      .execute();
    for (const row of rows) {
      counts[row.status] += 1;
      if (row.status !== 'failed') continue;
      failed.push({
        workItemId: row.work_item_id,
        resourceId: row.resource_id,
        errorCode: row.error_code,
        errorMessage: row.error_message,
        updatedAt: row.updated_at,
      });
    }
  }
  const of = Object.values(counts).reduce((all, count) => all + count, 0);
  const latest = failed.toSorted((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1));
  return of === 0 ? null : { counts, of, failed: latest.slice(0, mostFailed) };
}
