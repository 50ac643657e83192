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

/** The order in which a claim took them: the numbers of their leases. */
export const byLease = <T extends { readonly lease_id: string | null }>(rows: readonly T[]): T[] =>
  rows.toSorted((a, b) => compareText(a.lease_id ?? '', b.lease_id ?? ''));

/** The lease of the nth item of a claim, from 1; see `ClaimRequest.claimId`. */
export const leaseOf = (claimId: string, n: number): string =>
  claimId.slice(0, 32) + String(n).padStart(4, '0');
