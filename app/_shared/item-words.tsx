/** How a work item stands, in one word wherever it is shown. */
import { StatusBadge } from '#app/ui/status-badge.tsx';

export interface Standing {
  readonly status: string;
  /** Why a pending one is not ready. */
  readonly waitReason: string | null;
}

/** A pending item that waits for something is what it waits for: on hold, backing off, scheduled. */
export const stateOfItem = ({ status, waitReason }: Standing): string =>
  status === 'pending' && waitReason !== null ? waitReason : status;

export const ItemStatusBadge = ({ item }: { readonly item: Standing }) => (
  <StatusBadge status={stateOfItem(item)} />
);
