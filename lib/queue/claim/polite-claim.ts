/** Claiming as a worker does: only what this deployment may ask for now. */
import { chunkSize } from '#db/chunks.ts';
import type { Db } from '#db/engine.ts';
import type { PoliteClaimResult } from '#db/queue/storage.ts';
import { newClaimId } from '#lib/ids.ts';
import { claimedFromRow } from '../rows.ts';
import type { PoliteClaim, PoliteClaimOptions } from '../state-store.ts';
import { orWhatStands } from './lost-claim.ts';

/** Items of one claim in all: leases are numbered with four digits, some of which nobody gets. */
const mostItems = 2_000;

/**
 * What may not run stays pending and costs nothing but being passed over. Never more than 500 requests, and at most one
 * batch of each source with a rate and of each host with a pace.
 */
export async function claimPolitely(
  db: Db,
  limit: number,
  options: PoliteClaimOptions,
): Promise<PoliteClaim> {
  const requests = Math.min(Math.floor(limit), chunkSize);
  const items = Math.min(Math.floor(options.maxItems ?? mostItems), mostItems);
  if (!(requests >= 1 && items >= 1)) return { items: [], underSlot: [], retryInMs: null };
  const claimId = options.claimId ?? newClaimId();
  const { owner, leaseMs, slots = requests, batches = [], without = [] } = options;
  const asked = { claimId, owner, leaseMs, requests, slots, items, batches, without };
  const claimed = await orWhatStands(
    db,
    claimId,
    () => db.engine.claimPolitely(db, asked),
    // It is not known which of them hold slots: all may.
    (rows) => ({ rows: rows.map((row) => ({ row, underSlot: true })), retryInMs: 0 }),
  );
  return politeClaimFrom(claimed);
}

function politeClaimFrom({ rows, retryInMs, hosts }: PoliteClaimResult): PoliteClaim {
  const claimed = rows.map(({ row, underSlot }) => ({ item: claimedFromRow(row), underSlot }));
  return {
    items: claimed.map(({ item }) => item),
    underSlot: claimed.flatMap(({ item, underSlot }) => (underSlot ? [item] : [])),
    retryInMs,
    ...(hosts === undefined ? {} : { hosts }),
  };
}
