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
import type { PoliteClaim, PoliteClaimOptions } from './state-store.ts';
import { type Exclusions, msUntilDue, readClaimSituation, type SourceLane } from './waiting.ts';

/** Never more than 500 items of sources without a rate, and at most one batch of each polite source. */
export async function claimPolitely(
  db: Db,
  limit: number,
  options: PoliteClaimOptions,
): Promise<PoliteClaim> {
  const wanted = Math.min(Math.floor(limit), chunkSize);
  if (!(wanted >= 1)) return { items: [], retryInMs: null };
  const situation = await readClaimSituation(db);
  const polite = situation.lanes.filter((lane) => lane.delayMs > 0);
  const free = situation.lanes.filter((lane) => lane.delayMs === 0);

  const waits: number[] = [...situation.hostWaits];
  const items: ClaimedItem[] = [];
  /** Requests these items will take: a batch is one. */
  let requests = 0;
  const room = () => (options.maxItems ?? Number.POSITIVE_INFINITY) - items.length;
  const open = polite.filter((lane) => {
    if (lane.waitMs > 0) waits.push(lane.waitMs);
    return lane.waitMs <= 0;
  });
  const claimLanes = async (most: number) => {
    while (requests < most && room() >= 1) {
      const lane = open.shift();
      if (lane === undefined) return;
      const batch = await claimOfLane(db, lane, situation.exclusions, room(), options);
      if (batch.length === 0) continue;
      items.push(...batch);
      requests += 1;
      waits.push(lane.delayMs);
    }
  };
  // Half for the lanes, half for the rest: neither can keep the other from ever being asked.
  await claimLanes(free.length > 0 ? Math.ceil(wanted / 2) : wanted);
  const most = Math.min(wanted - requests, room());
  const others = await claimFree(db, free, most, situation.exclusions, options);
  items.push(...others);
  requests += others.length;
  await claimLanes(wanted);

  if (requests >= wanted) return { items, retryInMs: 0 };
  if (items.length === 0) {
    const due = await msUntilDue(db, situation.lanes);
    if (due !== null) waits.push(due);
  }
  return { items, retryInMs: waits.length === 0 ? null : Math.max(0, Math.min(...waits)) };
}

/**
 * What one request can ask for, under the source's slot: the first item in order, and as many of its
 * kind behind it as fit; or none and the slot is given back. One transaction.
 */
function claimOfLane(
  db: Db,
  lane: SourceLane,
  exclusions: Exclusions,
  room: number,
  options: PoliteClaimOptions,
): Promise<ClaimedItem[]> {
  const size = Math.min(options.batchSizeOf?.(lane.system) ?? 1, room, chunkSize);
  const [leaseId, ...more] = freshLeases(Math.max(1, Math.floor(size)));
  if (leaseId === undefined) return Promise.resolve([]);
  return db.transaction(async (tx) => {
    const { sourceId, delayMs } = lane;
    const slot = { sourceId, delayMs, leaseId, leaseMs: options.leaseMs };
    if (!(await takeSlot(tx, slot))) return [];
    const [first] = await claimScoped(tx, [lane], [leaseId], exclusions, options);
    if (first === undefined) {
      await returnUnusedSlot(tx, leaseId);
      return [];
    }
    if (more.length === 0) return [claimedFromRow(first)];
    const kind = first.resource_type;
    const others = await claimScoped(tx, [lane], more, exclusions, options, kind);
    return [first, ...others].map(claimedFromRow);
  });
}

async function claimFree(
  db: Db,
  lanes: readonly SourceLane[],
  limit: number,
  exclusions: Exclusions,
  options: PoliteClaimOptions,
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
  options: PoliteClaimOptions,
  resourceType?: string,
) {
  const scope: ClaimScope = {
    sources: lanes.map(({ system, name }) => ({ system, name })),
    ...(exclusions.hosts.length > 0 ? { excludeHosts: exclusions.hosts } : {}),
    ...(exclusions.runs.length > 0 ? { excludeRuns: exclusions.runs } : {}),
    ...(resourceType === undefined ? {} : { resourceType }),
  };
  const { owner, leaseMs } = options;
  return tx.engine.claim(tx, { limit: leaseIds.length, owner, leaseMs, leaseIds, scope });
}
