/**
 * Claiming as a worker does: only what this deployment may ask for now. Sources with a rate are sources
 * with one slot each for the whole fleet; the others are claimed in one go. What may not run stays
 * pending and costs nothing but being passed over.
 */

import { chunkSize } from '#db/chunks.ts';
import type { Db, Session } from '#db/engine.ts';
import type { ClaimScope } from '#db/queue/claim-scope.ts';
import { findHostRoom, takeHostSlot } from '#lib/hosts/host-slot.ts';
import type { ClaimedItem } from '../model.ts';
import { claimedFromRow } from '../rows.ts';
import type { PoliteClaim, PoliteClaimOptions } from '../state-store.ts';
import { freshLeases } from './claim.ts';
import { takeSlot } from './polite-slot.ts';
import {
  type ClaimableSource,
  type ClaimSituation,
  msUntilChange,
  msUntilHost,
  readClaimSituation,
} from './situation.ts';

/** Never more than 500 items of sources without a rate, and at most one batch of each polite source. */
export async function claimPolitely(
  db: Db,
  limit: number,
  options: PoliteClaimOptions,
): Promise<PoliteClaim> {
  const wanted = Math.min(Math.floor(limit), chunkSize);
  if (!(wanted >= 1)) return { items: [], retryInMs: null };
  await db.engine.promoteDue(db);
  const situation = await readClaimSituation(db);
  // With a limited host about, any source may come to an item of it, which is claimed by itself.
  const polite = situation.sources.filter(
    (source) => source.delayMs > 0 || situation.anyHostLimited,
  );
  const free = situation.sources.filter((source) => source.delayMs === 0);

  const waits: number[] = [];
  const items: ClaimedItem[] = [];
  /** Requests these items will take: a batch is one. */
  let requests = 0;
  const room = () => (options.maxItems ?? Number.POSITIVE_INFINITY) - items.length;
  const open = polite.filter((source) => {
    if (source.waitMs > 0) waits.push(source.waitMs);
    return source.waitMs <= 0;
  });
  const claimSources = async (most: number) => {
    while (requests < most && room() >= 1) {
      const source = open.shift();
      if (source === undefined) return;
      const batch = await claimOfSource(db, source, situation, room(), options);
      if (batch.items.length === 0) {
        if (batch.delayMs > 0) waits.push(batch.delayMs);
        continue;
      }
      items.push(...batch.items);
      requests += 1;
      if (batch.delayMs > 0) waits.push(batch.delayMs);
      if (batch.hasMore) open.push(source);
    }
  };
  // Half for the sources, half for the rest: neither can keep the other from ever being asked.
  await claimSources(free.length > 0 ? Math.ceil(wanted / 2) : wanted);
  const most = Math.min(wanted - requests, room());
  const others = await claimFree(db, free, most, situation, options);
  items.push(...others);
  requests += others.length;
  await claimSources(wanted);

  if (requests >= wanted) return { items, retryInMs: 0 };
  // What was claimed knows its own distances already.
  const wait =
    items.length === 0
      ? await msUntilChange(db, situation)
      : await msUntilHost(db, 'blocked_until');
  if (wait !== null) waits.push(wait);
  return { items, retryInMs: waits.length === 0 ? null : Math.max(0, Math.min(...waits)) };
}

interface Batch {
  readonly items: readonly ClaimedItem[];
  /** Until the source or its host may be asked again, ms; 0 = neither has a rate, and no slot is held. */
  readonly delayMs: number;
  /** The source may have another item of a host with room. */
  readonly hasMore?: boolean;
}

/** There is nothing to claim under the slot: it was not taken after all, and nothing has changed. */
class SourceShut extends Error {
  override readonly name = 'SourceShut';
  /** Until the item's host may be asked, ms; 0 when there is no item. */
  readonly waitMs: number;
  constructor(waitMs: number) {
    super(`the source is shut for ${waitMs} ms`);
    this.waitMs = waitMs;
  }
}

const nothing: Batch = { items: [], delayMs: 0 };

/**
 * What one request can ask for, under the source's slot and that of the host: the first item of a host
 * that is open, and as many of its kind and host behind it as fit; or none, and everything is as it was.
 * The host's slot is shut for the longer of the two delays. One transaction.
 */
async function claimOfSource(
  db: Db,
  source: ClaimableSource,
  situation: ClaimSituation,
  room: number,
  options: PoliteClaimOptions,
): Promise<Batch> {
  const [leaseId] = freshLeases(1);
  if (leaseId === undefined) return nothing;
  const keepsDistance = source.delayMs > 0;
  const claiming = db.transaction(async (tx) => {
    const { sourceId } = source;
    const slot = { sourceId, delayMs: source.delayMs, leaseId, leaseMs: options.leaseMs };
    if (keepsDistance && !(await takeSlot(tx, slot))) return nothing;
    const scope: ClaimScope = keepsDistance
      ? { hosts: 'unasked' }
      : { hosts: 'open', excludeHosts: situation.fullHosts };
    const [first] = await claimScoped(tx, [source], [leaseId], situation, options, scope);
    if (first === undefined) throw new SourceShut(0);
    const host = await limitsOf(tx, first.host);
    const delayMs = Math.max(source.delayMs, host.paceMs);
    if (delayMs === 0) {
      if (first.host !== null && host.concurrency !== null) {
        const shutMs = await findHostRoom(tx, first.host, host.concurrency);
        if (shutMs !== null) throw new SourceShut(shutMs);
      }
      return { items: [claimedFromRow(first)], delayMs: 0, hasMore: host.concurrency !== null };
    }
    // Another worker may have been there first.
    if (first.host !== null) {
      const shutMs = await takeHostSlot(tx, { ...slot, host: first.host, delayMs });
      if (shutMs !== null) throw new SourceShut(shutMs);
    }
    const { resource_type: resourceType } = first;
    const size = Math.min(options.batchSizeOf?.(source.system, resourceType) ?? 1, room, chunkSize);
    const leases = freshLeases(Math.max(0, Math.floor(size) - 1));
    const together = { resourceType, host: first.host };
    const others =
      leases.length === 0
        ? []
        : await claimScoped(tx, [source], leases, situation, options, { together });
    return { items: [first, ...others].map(claimedFromRow), delayMs };
  });
  return claiming.catch((error: unknown) => {
    if (error instanceof SourceShut) return { items: [], delayMs: error.waitMs };
    throw error;
  });
}

async function limitsOf(tx: Session, host: string | null) {
  const row =
    host === null
      ? undefined
      : await tx.q
          .selectFrom('hosts')
          .select(['pace_ms', 'concurrency'])
          .where('host', '=', host)
          .executeTakeFirst();
  return { paceMs: row?.pace_ms ?? 0, concurrency: row?.concurrency ?? null };
}

async function claimFree(
  db: Db,
  sources: readonly ClaimableSource[],
  limit: number,
  situation: ClaimSituation,
  options: PoliteClaimOptions,
): Promise<ClaimedItem[]> {
  if (limit < 1 || sources.length === 0) return [];
  const leaseIds = freshLeases(limit);
  const rows = await db.transaction((tx) =>
    claimScoped(tx, sources, leaseIds, situation, options, { hosts: 'free' }),
  );
  return rows.map(claimedFromRow);
}

function claimScoped(
  tx: Session,
  sources: readonly ClaimableSource[],
  leaseIds: readonly string[],
  { restingRuns }: ClaimSituation,
  options: PoliteClaimOptions,
  more: ClaimScope,
) {
  const scope: ClaimScope = {
    ...more,
    sources: sources.map(({ system, name }) => ({ system, name })),
    excludeRuns: restingRuns,
  };
  const { owner, leaseMs } = options;
  return tx.engine.claim(tx, { limit: leaseIds.length, owner, leaseMs, leaseIds, scope });
}
