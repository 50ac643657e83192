/**
 * Claiming as a worker does: only what this deployment may ask for now. Sources with a rate are lanes
 * with one slot each for the whole fleet; the others are claimed in one go. What may not run stays
 * pending and costs nothing but being passed over.
 */
import type { ClaimScope, Db, Session } from '#db/engine.ts';
import { chunkSize } from './chunks.ts';
import { freshLeases } from './claim.ts';
import type { ClaimedItem } from './model.ts';
import { returnUnusedSlot, takeSlot } from './polite-slot.ts';
import { claimedFromRow } from './rows.ts';
import type { ClaimOptions, PoliteClaim } from './state-store.ts';
import { type Exclusions, msUntilDue, readClaimSituation, type SourceLane } from './waiting.ts';

/** Never more than 500 items, and at most one of each polite source. */
export async function claimPolitely(
  db: Db,
  limit: number,
  options: Required<ClaimOptions>,
): Promise<PoliteClaim> {
  const wanted = Math.min(Math.floor(limit), chunkSize);
  if (!(wanted >= 1)) return { items: [], retryInMs: null };
  const situation = await readClaimSituation(db);
  const polite = situation.lanes.filter((lane) => lane.delayMs > 0);
  const free = situation.lanes.filter((lane) => lane.delayMs === 0);

  const waits: number[] = [...situation.hostWaits];
  const items: ClaimedItem[] = [];
  const open = polite.filter((lane) => {
    if (lane.waitMs > 0) waits.push(lane.waitMs);
    return lane.waitMs <= 0;
  });
  const claimLanes = async (most: number) => {
    while (items.length < most) {
      const lane = open.shift();
      if (lane === undefined) return;
      const item = await claimOfLane(db, lane, situation.exclusions, options);
      if (item === null) continue;
      items.push(item);
      waits.push(lane.delayMs);
    }
  };
  // Half for the lanes, half for the rest: neither can keep the other from ever being asked.
  await claimLanes(free.length > 0 ? Math.ceil(wanted / 2) : wanted);
  items.push(...(await claimFree(db, free, wanted - items.length, situation.exclusions, options)));
  await claimLanes(wanted);

  if (items.length >= wanted) return { items, retryInMs: 0 };
  if (items.length === 0) {
    const due = await msUntilDue(db, situation.lanes);
    if (due !== null) waits.push(due);
  }
  return { items, retryInMs: waits.length === 0 ? null : Math.max(0, Math.min(...waits)) };
}

/** One item under the source's slot, or none and the slot is given back; one transaction. */
function claimOfLane(
  db: Db,
  lane: SourceLane,
  exclusions: Exclusions,
  options: Required<ClaimOptions>,
): Promise<ClaimedItem | null> {
  const leaseIds = freshLeases(1);
  const [leaseId] = leaseIds;
  if (leaseId === undefined) return Promise.resolve(null);
  return db.transaction(async (tx) => {
    const { sourceId, delayMs } = lane;
    const slot = { sourceId, delayMs, leaseId, leaseMs: options.leaseMs };
    if (!(await takeSlot(tx, slot))) return null;
    const [row] = await claimScoped(tx, [lane], leaseIds, exclusions, options);
    if (row !== undefined) return claimedFromRow(row);
    await returnUnusedSlot(tx, leaseId);
    return null;
  });
}

async function claimFree(
  db: Db,
  lanes: readonly SourceLane[],
  limit: number,
  exclusions: Exclusions,
  options: Required<ClaimOptions>,
): Promise<ClaimedItem[]> {
  if (limit < 1 || lanes.length === 0) return [];
  const leaseIds = freshLeases(limit);
  const rows = await db.transaction((tx) => claimScoped(tx, lanes, leaseIds, exclusions, options));
  return rows.map(claimedFromRow);
}

function claimScoped(
  tx: Session,
  lanes: readonly SourceLane[],
  leaseIds: readonly string[],
  exclusions: Exclusions,
  options: Required<ClaimOptions>,
) {
  const scope: ClaimScope = {
    sources: lanes.map(({ system, name }) => ({ system, name })),
    ...(exclusions.hosts.length > 0 ? { excludeHosts: exclusions.hosts } : {}),
    ...(exclusions.runs.length > 0 ? { excludeRuns: exclusions.runs } : {}),
  };
  const { owner, leaseMs } = options;
  return tx.engine.claim(tx, { limit: leaseIds.length, owner, leaseMs, leaseIds, scope });
}
