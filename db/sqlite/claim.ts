/**
 * Claiming, on SQLite: pick, then update what was picked, under the file's one write lock. What it costs depends on
 * what it takes, not on what waits: it looks at the first items of each source; where those are a crowd of items nobody
 * may claim now (a paused run, a host that is shut), it goes from lane to lane instead, and asks for each once.
 */
import { type RawBuilder, sql } from 'kysely';
import { chunksOf } from '../chunks.ts';
import type { Db, Session } from '../engine.ts';
import { preparedOne } from '../prepared.ts';
import { type ClaimKey, inClaimOrder, leaseOf } from '../queue/ready.ts';
import type { ClaimRequest, QueueStorage } from '../queue/storage.ts';
import type { WorkItemRow } from '../schema.ts';
import type { ClaimScope, Lane, LaneHead, ScopeSource } from './claim-scope.ts';
import {
  claimOrder,
  endsOfLook,
  firstOfAll,
  firstOfLanes,
  firstOfSources,
  laneHeads,
} from './ready.ts';
import { sqliteWords } from './words.ts';

/** Lanes of one statement: each is a branch of it. */
const mostLanes = 32;
/** Sources of one statement, for the same reason: SQLite takes 500 branches. */
const mostSources = 100;

/** What is claimed for whom, and with which leases: at most as many items as there are. */
export interface Taking {
  readonly leaseIds: readonly string[];
  readonly owner: string;
  readonly leaseMs: number;
}

/** See `QueueStorage.claim`. */
export function claim(db: Db, request: ClaimRequest): Promise<WorkItemRow[]> {
  const { claimId, limit, source } = request;
  if (limit < 1) return Promise.resolve([]);
  return db.transaction(async (tx) => {
    if (await isStopped(tx)) return [];
    await promoteDue(tx);
    const taking = { ...request, leaseIds: leasesFrom(claimId, 1, limit) };
    const rows =
      source === undefined
        ? await lease(tx, await pickOfAll(tx, { n: limit }), taking)
        : await take(tx, firstOfSources(limit, [source], {}), taking);
    return inClaimOrder(rows);
  });
}

/** Whether a stop is in force: then no claim finds anything. */
export async function isStopped(session: Session): Promise<boolean> {
  return (await readStop(session, {})).length > 0;
}

const readStop = preparedOne<Record<never, never>, { readonly one: 1 }>(({ q, engine }) => {
  const query = sql<{ readonly one: 1 }>`select 1 as one from stops
    where ended_at is null and (until is null or until > ${engine.now()}) limit 1`;
  return { compile: () => query.compile(q) };
});

const pickOfAll = preparedOne<{ n: number }, ClaimKey>(({ q }, slot) => ({
  compile: () => sql<ClaimKey>`${firstOfAll(slot('n'))}`.compile(q),
}));

/** Leases of a claim from the nth on. */
export const leasesFrom = (claimId: string, n: number, count: number): string[] =>
  Array.from({ length: count }, (_, at) => leaseOf(claimId, n + at));

/** Claims the first ready items of these sources that the scope admits, each with one of the leases; in claim order. */
export async function claimAmong(
  tx: Session,
  sources: readonly ScopeSource[],
  scope: ClaimScope,
  taking: Taking,
): Promise<WorkItemRow[]> {
  const n = taking.leaseIds.length;
  if (n < 1) return [];
  const first = await pickInParts(tx, n, [...chunksOf(sources, mostSources)], (some) =>
    firstOfSources(n, some, scope),
  );
  const isCrowded = leavesOut(scope) && (await hidesItems(tx, n, sources, first[n - 1]));
  const rows = isCrowded
    ? await claimThroughLanes(tx, sources, scope, taking)
    : await lease(tx, first, taking);
  return inClaimOrder(rows);
}

const leavesOut = (scope: ClaimScope): boolean =>
  scope.hosts !== undefined ||
  scope.together !== undefined ||
  (scope.excludeHosts?.length ?? 0) > 0 ||
  (scope.excludeRuns?.length ?? 0) > 0;

/** Whether one of the sources has items behind those that were looked at which may come before `last`. */
async function hidesItems(
  tx: Session,
  n: number,
  sources: readonly ScopeSource[],
  last: ClaimKey | undefined,
): Promise<boolean> {
  const ends: ClaimKey[] = [];
  for (const some of chunksOf(sources, mostSources)) {
    ends.push(...(await sql<ClaimKey>`${endsOfLook(n, some)}`.execute(tx.q)).rows);
  }
  return ends.some((end) => last === undefined || inClaimOrder([last, end])[0] === end);
}

/** The first `n` items stand in the `n` lanes with the first heads: every other lane begins after them. */
async function claimThroughLanes(
  session: Session,
  sources: readonly ScopeSource[],
  scope: ClaimScope,
  taking: Taking,
): Promise<WorkItemRow[]> {
  const { leaseIds } = taking;
  const claimed: WorkItemRow[] = [];
  while (claimed.length < leaseIds.length) {
    const leases = leaseIds.slice(claimed.length, claimed.length + mostLanes);
    const heads: LaneHead[] = [];
    for (const source of sources) {
      const { rows } = await sql<Omit<LaneHead, 'source' | 'runId'> & { run_id: string | null }>`
        ${laneHeads(source, scope, leases.length)}`.execute(session.q);
      heads.push(...rows.map(({ run_id: runId, ...head }) => ({ ...head, source, runId })));
    }
    const lanes = inClaimOrder(heads).slice(0, leases.length);
    if (lanes.length === 0) break;
    const some = { ...taking, leaseIds: leases };
    const rows = await take(session, firstOfLanes(leases.length, lanes, scope), some);
    claimed.push(...rows);
    if (rows.length < leases.length) break;
  }
  return claimed;
}

/** Claims the first ready items of these lanes, each with one of the leases; in claim order. */
export async function claimFromLanes(
  tx: Session,
  lanes: readonly Lane[],
  scope: ClaimScope,
  taking: Taking,
): Promise<WorkItemRow[]> {
  const n = taking.leaseIds.length;
  if (n < 1) return [];
  const first = await pickInParts(tx, n, [...chunksOf(lanes, mostLanes)], (some) =>
    firstOfLanes(n, some, scope),
  );
  return inClaimOrder(await lease(tx, first, taking));
}

/** The first `n` of all parts, each of which one statement can ask for. */
async function pickInParts<P>(
  tx: Session,
  n: number,
  parts: readonly P[],
  candidates: (part: P) => RawBuilder<unknown>,
): Promise<readonly ClaimKey[]> {
  const keys: ClaimKey[] = [];
  for (const part of parts) keys.push(...(await pick(tx, candidates(part), n)));
  return inClaimOrder(keys).slice(0, n);
}

async function pick(
  session: Session,
  candidates: RawBuilder<unknown>,
  n: number,
): Promise<readonly ClaimKey[]> {
  const first = sql<ClaimKey>`select * from (${candidates}) as w ${claimOrder} limit ${n}`;
  return (await first.execute(session.q)).rows;
}

/** Claims the first of the candidates, each with one of the leases. */
export async function take(
  session: Session,
  candidates: RawBuilder<unknown>,
  taking: Taking,
): Promise<WorkItemRow[]> {
  return lease(session, await pick(session, candidates, taking.leaseIds.length), taking);
}

interface Lease {
  /** A JSON object: the lease of each item by its id. */
  readonly leases: string;
  readonly owner: string;
  readonly lease_ms: number;
}

const leaseItems = preparedOne<Lease, WorkItemRow>(({ q, engine }, slot) => {
  const at = engine.now();
  const update = sql<WorkItemRow>`
    update work_items set status = 'in_progress', attempt = attempt + 1, wait_reason = null,
      lease_id = fence.value, lease_owner = ${slot('owner')}, claimed_at = ${at}, updated_at = ${at},
      lease_until = ${engine.plusMs(at, slot('lease_ms'))}
    from json_each(${slot('leases')}) as fence
    where work_items.work_item_id = fence.key and +work_items.status = 'pending'
    returning *`;
  return { compile: () => update.compile(q) };
});

/** Two statements, to pick and to update, cost half of one that picks, numbers and updates at once. */
async function lease(
  session: Session,
  picked: readonly ClaimKey[],
  { leaseIds, owner, leaseMs }: Taking,
): Promise<WorkItemRow[]> {
  if (picked.length === 0) return [];
  const fences = picked.map(({ work_item_id: id }, place) => [id, leaseIds[place]]);
  const leases = JSON.stringify(Object.fromEntries(fences));
  return session.engine.countTogether(session, fences.length, async () => {
    const rows = await leaseItems(session, { leases, owner, lease_ms: leaseMs });
    const moves = rows.map((item) => ({ item, from: 'pending', to: 'in_progress' }) as const);
    return { result: rows, moves };
  });
}

/** Items made ready by one call. */
const mostPromoted = 500;

const due = sql`work_items as w indexed by IX_work_items_waiting
    where w.status = 'pending' and w.wait_reason <> 'on_hold' and w.available_at <= ${sqliteWords.now()}`;

const isAnythingDue = preparedOne<Record<never, never>, unknown>(({ q }) => ({
  compile: () => sql`select 1 from ${due} limit 1`.compile(q),
}));

/** Makes ready what waited for a moment that has come, the longest due first. Mostly nothing is due, and then nothing is written. */
export async function promoteDue(session: Session): Promise<void> {
  if ((await isAnythingDue(session, {})).length === 0) return;
  await sql`
    update work_items set wait_reason = null where work_item_id in (
      select w.work_item_id from ${due} order by w.available_at, w.work_item_id limit ${sql.lit(mostPromoted)}
    )`.execute(session.q);
}

/** See `QueueStorage.pendingBy`. */
export function pendingBy(
  order: Parameters<QueueStorage['pendingBy']>[0],
): RawBuilder<WorkItemRow> {
  switch (order) {
    case 'oldest':
      return sql`(select * from work_items indexed by IX_work_items_pending_available
        where status = 'pending' order by available_at, work_item_id limit 1)`;
    case 'due':
      return sql`(select * from work_items indexed by IX_work_items_waiting
        where status = 'pending' and wait_reason <> 'on_hold')`;
    case 'turn':
      return sql`(select * from work_items indexed by IX_work_items_ready_source
        where status = 'pending' and wait_reason is null)`;
  }
}

/** See `QueueStorage.hasReadyItems`. The index is named: without statistics the planner takes any that begins alike. */
export const hasReadyItems: QueueStorage['hasReadyItems'] = (system, name) => sql<boolean>`exists (
  select 1 from work_items as ready indexed by IX_work_items_ready_source
  where ready.status = 'pending' and ready.wait_reason is null
    and ready.source_system = ${system} and ready.source_name = ${name})`;
