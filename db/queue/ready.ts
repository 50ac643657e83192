/** The order in which ready items are claimed. */
import { compareText } from '../compare-text.ts';
import type { WorkItemRow } from '../schema.ts';

/** An item by what claims are ordered by. */
export type ClaimKey = Pick<WorkItemRow, 'work_item_id' | 'priority' | 'created_at'>;

/** A result in claim order, which RETURNING and OUTPUT do not promise. */
export const inClaimOrder = <T extends ClaimKey>(rows: readonly T[]): T[] =>
  rows.toSorted(
    (a, b) =>
      a.priority - b.priority ||
      compareText(a.created_at, b.created_at) ||
      compareText(a.work_item_id, b.work_item_id),
  );
