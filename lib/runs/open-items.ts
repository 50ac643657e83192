/** Whether anything of a run is still to be done; each question reads one entry of an index. */
import type { Session } from '#db/engine.ts';
import type { WorkItemStatus } from '#db/schema.ts';
import { statusIs } from '#lib/queue/lease/leased-item.ts';

export async function hasItem(s: Session, runId: string, status: WorkItemStatus): Promise<boolean> {
  const query = s.q
    .selectFrom('work_items')
    .select('work_item_id')
    .where('run_id', '=', runId)
    .where('status', '=', statusIs(status));
  return (await s.engine.take(query, 1).execute()).length > 0;
}

/** Pending is asked first: an item that is being claimed meanwhile is then found in progress. */
export async function hasOpenItems(s: Session, runId: string): Promise<boolean> {
  return (await hasItem(s, runId, 'pending')) || (await hasItem(s, runId, 'in_progress'));
}
