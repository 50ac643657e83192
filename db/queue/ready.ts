/** The order in which ready items are claimed, and what is ready. */
import { sql } from 'kysely';
import { compareText } from '../compare-text.ts';
import type { WorkItemRow } from '../schema.ts';

/** An item by what claims are ordered by. */
export type ClaimKey = Pick<WorkItemRow, 'work_item_id' | 'priority' | 'created_at'>;

/** Of `work_items w`. The status is a literal: a filtered index does not serve a parameter. */
export const isReady = sql`w.status = 'pending' and w.wait_reason is null`;
export const claimOrder = sql`order by w.priority, w.created_at, w.work_item_id`;

/** A result in claim order, which RETURNING and OUTPUT do not promise. */
export function inClaimOrder<T extends ClaimKey>(rows: readonly T[]): T[] {
  return rows.toSorted(
    (a, b) =>
      a.priority - b.priority ||
      compareText(a.created_at, b.created_at) ||
      compareText(a.work_item_id, b.work_item_id),
  );
}
