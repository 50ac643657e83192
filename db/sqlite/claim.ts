/** The atomic claim, on SQLite: pick, then update what was picked, under the file's one write lock. */
import { type RawBuilder, sql } from 'kysely';
import type { Engine, Session } from '../engine.ts';
import { send } from '../prepared.ts';
import {
  claimCandidates,
  crowdedSources,
  laneCandidates,
  namedCandidates,
} from '../queue/claim-candidates.ts';
import { claimInOrder } from '../queue/claim-in-order.ts';
import { type ClaimKey, claimOrder } from '../queue/ready.ts';
import type { ClaimRequest, QueueStorage } from '../queue/storage.ts';
import type { WorkItemRow } from '../schema.ts';
import { claimSyntax } from './claim-syntax.ts';
import { laneHeads } from './lane-heads.ts';

/** See `QueueStorage.claim`. */
export function claim(session: Session, request: ClaimRequest): Promise<WorkItemRow[]> {
  const { engine } = session;
  return claimInOrder(request, {
    candidates: (n, scope) => claimCandidates(engine, claimSyntax, n, scope),
    look: async (n, scope) => {
      const candidates = claimCandidates(engine, claimSyntax, n, scope);
      if (candidates === null) return [];
      const { rows } = await firstOf(candidates, n).execute(session.q);
      return rows;
    },
    candidatesNamed: (ids) => namedCandidates(claimSyntax, ids),
    candidatesOfLanes: (n, lanes, scope) => laneCandidates(engine, claimSyntax, n, lanes, scope),
    take: (candidates, n, leaseIds) =>
      take(engine, session, candidates, n, { ...request, leaseIds }),
    crowded: async (n, sources) => {
      const query = crowdedSources(engine, claimSyntax, n, sources, nth);
      if (query === null) return [];
      const { rows } = await sql<{ place: number }>`${query}`.execute(session.q);
      return rows.flatMap(({ place }) => sources[place] ?? []);
    },
    laneHeads: (source, scope, n) => laneHeads(engine, session, source, scope, n),
  });
}

const nth = (columns: RawBuilder<unknown>, rest: RawBuilder<unknown>, n: number) =>
  sql`select ${columns} ${rest} limit 1 offset ${n}`;

const firstOf = (candidates: RawBuilder<unknown>, n: number) =>
  sql<ClaimKey>`select * from (${candidates}) as w ${claimOrder} limit ${n}`;

/** Two statements cost half of one that picks, numbers and updates at once. */
async function take(
  engine: Engine,
  session: Session,
  candidates: RawBuilder<unknown>,
  n: number,
  { leaseIds, owner, leaseMs }: ClaimRequest,
): Promise<WorkItemRow[]> {
  const picked = await firstOf(candidates, n).execute(session.q);
  if (picked.rows.length === 0) return [];
  const fences = picked.rows.map(({ work_item_id: id }, place) => [id, leaseIds[place]]);
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
    case 'time':
      return sql`(select * from work_items indexed by IX_work_items_pending_available
        where status = 'pending')`;
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
