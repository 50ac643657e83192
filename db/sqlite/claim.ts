/**
 * Claiming, on SQLite: pick, then update what was picked, under the file's one write lock. What it costs depends on
 * what it takes, not on what waits: it looks at the first items of each source; where those are a crowd of items nobody
 * may claim now (a paused run, a host that is shut), it goes from lane to lane instead, and asks for each once.
 */
import { type RawBuilder, sql } from 'kysely';
import { chunksOf } from '../chunks.ts';
import type { Session } from '../engine.ts';
import { send } from '../prepared.ts';
import type { ClaimScope, LaneHead, ScopeSource } from '../queue/claim-scope.ts';
import { type ClaimKey, inClaimOrder } from '../queue/ready.ts';
import type { ClaimRequest, QueueStorage } from '../queue/storage.ts';
import type { WorkItemRow } from '../schema.ts';
import {
  claimOrder,
  crowded,
  firstOfAll,
  firstOfLanes,
  firstOfSources,
  laneHeads,
  named,
} from './ready.ts';

/** Lanes of one statement: each is a branch of it. */
const mostLanes = 32;
/** Sources of one statement, for the same reason: SQLite takes 500 branches. */
const mostSources = 100;

/** See `QueueStorage.claim`. */
export async function claim(session: Session, request: ClaimRequest): Promise<WorkItemRow[]> {
  const n = Math.min(request.limit, request.leaseIds.length);
  if (n < 1) return [];
  const { sources, ...scope } = request.scope ?? {};
  const first =
    sources === undefined ? firstOfAll(n) : await firstAmong(session, n, sources, scope);
  const claimed =
    first === null ? [] : await take(session, first, request.leaseIds.slice(0, n), request);
  if (claimed.length < n && sources !== undefined && leavesOut(scope)) {
    const behind = await crowdedOf(session, n, sources);
    const rest = request.leaseIds.slice(claimed.length, n);
    claimed.push(...(await claimThroughLanes(session, behind, scope, rest, request)));
  }
  return inClaimOrder(claimed);
}

/** Candidates of the sources; of many they are found portion by portion. Null when there are none. */
async function firstAmong(
  session: Session,
  n: number,
  sources: readonly ScopeSource[],
  scope: ClaimScope,
): Promise<RawBuilder<unknown> | null> {
  if (sources.length === 0) return null;
  if (sources.length <= mostSources) return firstOfSources(n, sources, scope);
  const keys: ClaimKey[] = [];
  for (const some of chunksOf(sources, mostSources)) {
    keys.push(...(await pick(session, firstOfSources(n, some, scope), n)));
  }
  const first = inClaimOrder(keys).slice(0, n);
  return first.length === 0 ? null : named(first.map(({ work_item_id: id }) => id));
}

const leavesOut = (scope: ClaimScope): boolean =>
  scope.hosts !== undefined ||
  scope.together !== undefined ||
  (scope.excludeHosts?.length ?? 0) > 0 ||
  (scope.excludeRuns?.length ?? 0) > 0;

async function crowdedOf(
  session: Session,
  n: number,
  sources: readonly ScopeSource[],
): Promise<ScopeSource[]> {
  const found: ScopeSource[] = [];
  for (const some of chunksOf(sources, mostSources)) {
    const { rows } = await sql<{ place: number }>`${crowded(n, some)}`.execute(session.q);
    found.push(...rows.flatMap(({ place }) => some[place] ?? []));
  }
  return found;
}

/** The first `n` items stand in the `n` lanes with the first heads: every other lane begins after them. */
async function claimThroughLanes(
  session: Session,
  sources: readonly ScopeSource[],
  scope: ClaimScope,
  leaseIds: readonly string[],
  request: ClaimRequest,
): Promise<WorkItemRow[]> {
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
    const rows = await take(session, firstOfLanes(leases.length, lanes, scope), leases, request);
    claimed.push(...rows);
    if (rows.length < leases.length) break;
  }
  return claimed;
}

async function pick(
  session: Session,
  candidates: RawBuilder<unknown>,
  n: number,
): Promise<readonly ClaimKey[]> {
  const first = sql<ClaimKey>`select * from (${candidates}) as w ${claimOrder} limit ${n}`;
  return (await first.execute(session.q)).rows;
}

/**
 * Claims the first of the candidates, each with one of the leases. Two statements cost half of one that picks, numbers
 * and updates at once.
 */
async function take(
  session: Session,
  candidates: RawBuilder<unknown>,
  leaseIds: readonly string[],
  { owner, leaseMs }: ClaimRequest,
): Promise<WorkItemRow[]> {
  const { engine } = session;
  const picked = await pick(session, candidates, leaseIds.length);
  if (picked.length === 0) return [];
  const fences = picked.map(({ work_item_id: id }, place) => [id, leaseIds[place]]);
  const at = engine.now();
  const update = sql<WorkItemRow>`
    update work_items set status = 'in_progress', attempt = attempt + 1, wait_reason = null,
      lease_id = fence.value, lease_owner = ${owner}, claimed_at = ${at}, updated_at = ${at},
      lease_until = ${engine.nowPlus(leaseMs)}
    from json_each(${JSON.stringify(Object.fromEntries(fences))}) as fence
    where work_items.work_item_id = fence.key and +work_items.status = 'pending'
    returning *`;
  return engine.countTogether(session, fences.length, async () => {
    const { rows } = await send(session, update.compile(session.q));
    const moves = rows.map((item) => ({ item, from: 'pending', to: 'in_progress' }) as const);
    return { result: rows, moves };
  });
}

/** Items made ready by one call. */
const mostPromoted = 500;

/** See `QueueStorage.promoteDue`. Mostly nothing is due, and then nothing is written. */
export async function promoteDue({ q, engine }: Session): Promise<number> {
  const due = sql`work_items as w indexed by IX_work_items_waiting
    where w.status = 'pending' and w.wait_reason <> 'on_hold' and w.available_at <= ${engine.now()}`;
  const { rows } = await sql`select 1 from ${due} limit 1`.execute(q);
  if (rows.length === 0) return 0;
  const { numAffectedRows } = await sql`
    update work_items set wait_reason = null where work_item_id in (
      select w.work_item_id from ${due} order by w.available_at, w.work_item_id limit ${sql.lit(mostPromoted)}
    )`.execute(q);
  return Number(numAffectedRows ?? 0);
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
