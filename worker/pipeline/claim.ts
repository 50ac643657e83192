/** Claim: leases items for this worker. */
import type { SourceName } from '#db/queue/storage.ts';
import { newClaimId } from '#lib/ids.ts';
import type { ClaimedItem } from '#lib/queue/model.ts';
import type { PoliteClaim } from '#lib/queue/state-store.ts';
import { batchSizeOf, listBatchSizes } from '#lib/source-types/registry.ts';
import type { LeasedItem, PipelineContext } from './context.ts';
import { rememberHosts } from './load-source.ts';
import { apart } from './suspects.ts';

export interface Room {
  /** Most requests the claimed items may take: items that are fetched together take one. */
  readonly requests: number;
  /** Of them those that hold up others until they are sent: they take the slot of a source or host. */
  readonly slots: number;
  /** Most items in all. */
  readonly items: number;
  /** Nothing of these sources; default of any. */
  readonly without?: readonly SourceName[];
}

interface Claim {
  /** Items that are fetched together; most types' items stand alone. */
  readonly batches: readonly (readonly LeasedItem[])[];
  /** Milliseconds until something may become claimable; null when nothing is known to wait. */
  readonly retryInMs: number | null;
  /** Whether it holds the slot of a source or host, or a place at one. */
  isUrgent(batch: readonly LeasedItem[]): boolean;
}

/** Claims what the fleet may fetch now, politely; first what a claim brought whose answer was lost. */
export async function claimItems(context: PipelineContext, room: Room): Promise<Claim> {
  const { lostClaims } = context;
  const found = await lostClaims.takeUp(context.store);
  if (found !== null) {
    const { items, claimSentAt } = found;
    // It is not known which of them hold slots: all may.
    return handOut(context, items, { claimSentAt, retryInMs: 0, underSlot: items });
  }
  const claimId = newClaimId();
  const claimSentAt = performance.now();
  try {
    const { items, ...rest } = await context.store.claimPolitely(room.requests, {
      claimId,
      owner: context.workerId,
      leaseMs: context.leaseMs,
      batches: listBatchSizes(),
      slots: room.slots,
      maxItems: room.items,
      without: room.without ?? [],
    });
    return handOut(context, items, { claimSentAt, ...rest });
  } catch (error) {
    lostClaims.add(claimId, claimSentAt);
    throw error;
  }
}

function handOut(
  context: PipelineContext,
  items: readonly ClaimedItem[],
  {
    claimSentAt,
    retryInMs,
    underSlot,
    hosts,
  }: Omit<PoliteClaim, 'items'> & { readonly claimSentAt: number },
): Claim {
  const claimedAt = performance.now();
  context.claimEvents.add(items, claimedAt);
  if (hosts !== undefined) rememberHosts(context.memory, items, hosts);
  const leased = items.map((item) => ({
    item,
    claimSentAt,
    claimedAt,
    abort: new AbortController(),
    requests: 0,
  }));
  const urgent = new Set(underSlot);
  const isUrgent = (batch: readonly LeasedItem[]) => batch.some(({ item }) => urgent.has(item));
  const batches = batchesOf(leased).flatMap((batch) => apart(batch, isUrgent(batch)));
  return { batches, retryInMs, isUrgent };
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
