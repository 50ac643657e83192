/** Claim: leases items for this worker. */
import { batchSizeOf } from '#lib/source-types/registry.ts';
import type { LeasedItem, PipelineContext } from './context.ts';

export interface Room {
  /** Most requests the claimed items may take: items that are fetched together take one. */
  readonly requests: number;
  /** Most items in all. */
  readonly items: number;
}

interface Claim {
  /** Items that are fetched together; most types' items stand alone. */
  readonly batches: readonly (readonly LeasedItem[])[];
  /** Milliseconds until something may become claimable; null when nothing is known to wait. */
  readonly retryInMs: number | null;
}

/** Claims what the fleet may fetch now, politely. */
export async function claimItems(context: PipelineContext, room: Room): Promise<Claim> {
  const claimSentAt = performance.now();
  const { items, retryInMs } = await context.store.claimPolitely(room.requests, {
    owner: context.workerId,
    leaseMs: context.leaseMs,
    batchSizeOf,
    maxItems: room.items,
  });
  const claimedAt = performance.now();
  context.claimEvents.add(items, claimedAt);
  const leased = items.map((item) => ({
    item,
    claimSentAt,
    claimedAt,
    abort: new AbortController(),
    requests: 0,
  }));
  return { batches: batchesOf(leased), retryInMs };
}

/** Items of one source and kind go together in the order of the claim, as many as its type allows. */
function batchesOf(leased: readonly LeasedItem[]): LeasedItem[][] {
  const open = new Map<string, LeasedItem[]>();
  const all: LeasedItem[][] = [];
  for (const one of leased) {
    const { sourceSystem, sourceName, resourceType } = one.item;
    const key = JSON.stringify([sourceSystem, sourceName, resourceType]);
    const batch = open.get(key);
    if (batch && batch.length < batchSizeOf(sourceSystem, resourceType)) batch.push(one);
    else {
      const fresh = [one];
      open.set(key, fresh);
      all.push(fresh);
    }
  }
  return all;
}
