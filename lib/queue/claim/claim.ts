/** Claiming in order, whatever the source: the specification's `dequeue`. */
import { hostname } from 'node:os';
import { chunkSize } from '#db/chunks.ts';
import type { Db } from '#db/engine.ts';
import { newClaimId } from '#lib/ids.ts';
import type { ClaimedItem } from '../model.ts';
import { claimedFromRow } from '../rows.ts';
import type { ClaimOptions } from '../state-store.ts';
import { orWhatStands } from './lost-claim.ts';

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
    const claimId = newClaimId();
    const rows = await orWhatStands(
      db,
      claimId,
      () => db.engine.claim(db, { claimId, limit: wanted, owner, leaseMs }),
      (standing) => standing,
    );
    claimed.push(...rows.map(claimedFromRow));
    if (rows.length < wanted) break;
  }
  return claimed;
}
