/** Claiming in order, whatever the source: the specification's `dequeue`. */
import { hostname } from 'node:os';
import { chunkSize } from '#db/chunks.ts';
import type { Db } from '#db/engine.ts';
import { newId } from '#lib/ids.ts';
import type { ClaimedItem } from '../model.ts';
import { claimedFromRow } from '../rows.ts';
import type { ClaimOptions } from '../state-store.ts';

const defaultLeaseMs = 60_000;

/** Claims up to `limit` items, lowest priority number first, then oldest; 0 or less claims nothing. */
export async function dequeue(
  db: Db,
  limit: number,
  options: ClaimOptions = {},
): Promise<ClaimedItem[]> {
  const owner = options.owner ?? `${hostname()}:${process.pid}`;
  const leaseMs = options.leaseMs ?? defaultLeaseMs;
  const claimed: ClaimedItem[] = [];
  while (claimed.length < limit) {
    const wanted = Math.min(Math.ceil(limit - claimed.length), chunkSize);
    const rows = await db.transaction(async (tx) => {
      await tx.engine.promoteDue(tx);
      return tx.engine.claim(tx, { limit: wanted, owner, leaseMs, leaseIds: freshLeases(wanted) });
    });
    claimed.push(...rows.map(claimedFromRow));
    if (rows.length < wanted) break;
  }
  return claimed;
}

/** Fences, made anew at every claim: an attempt number would come again after a release or a reset. */
export const freshLeases = (count: number): string[] => Array.from({ length: count }, newId);
