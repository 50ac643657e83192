/**
 * What is ready and who may be asked, in the words of SQLite's partial indexes. Each predicate stands here once; on
 * SQL Server the same stand in the procedure `claim_items`.
 */
import { type RawBuilder, sql } from 'kysely';
import type { ClaimScope, Lane, ScopeSource } from './claim-scope.ts';
import { sqliteWords } from './words.ts';

/** The status is a literal: a partial index does not serve a parameter. */
const isReady = sql`w.status = 'pending' and w.wait_reason is null`;
export const claimOrder = sql`order by w.priority, w.created_at, w.work_item_id`;
/** Ready items are due; but a time may be a few milliseconds ahead. */
const isDue = sql`w.available_at <= ${sqliteWords.now()}`;

/**
 * Ready items along one of the three claim orders. The index is named: without statistics the planner takes any that
 * begins with the status. https://www.sqlite.org/lang_indexedby.html
 */
const readyBy = (index: 'ready' | 'ready_source' | 'ready_lane') =>
  sql`work_items as w indexed by ${sql.id(`IX_work_items_${index}`)} where ${isReady}`;

const columns = sql`w.work_item_id, w.priority, w.created_at`;
const walked = sql`${columns}, w.available_at, w.run_id, w.host, w.resource_type`;

/**
 * How many items of a source or lane a claim of `n` looks at. What is not found among them is reached
 * through the lanes, so that a crowd nobody may claim is never walked past.
 */
const lookAhead = (n: number): number => 64 + 2 * n;

const ofSource = ({ system, name }: ScopeSource) =>
  sql`w.source_system = ${system} and w.source_name = ${name}`;

const rowsOf = (texts: readonly string[]) =>
  sql`(select value from json_each(${JSON.stringify(texts)}))`;

const is = (column: RawBuilder<unknown>, text: string | null): RawBuilder<unknown> =>
  text === null ? sql`${column} is null` : sql`${column} = ${text}`;

/** The first ready items of all sources, in claim order. */
export const firstOfAll = (n: number | RawBuilder<number>): RawBuilder<unknown> =>
  sql`select ${columns} from ${readyBy('ready')} and ${isDue} ${claimOrder} limit ${n}`;

/** Of each source the first `n` that the scope admits; without a final order. */
export function firstOfSources(
  n: number,
  sources: readonly ScopeSource[],
  scope: ClaimScope,
): RawBuilder<unknown> {
  const admitted = sql.join([isDue, ...openLane(scope), ...isOfKind(scope)], sql` and `);
  return allOf(
    sources.map(
      (source) =>
        sql`${walk(readyBy('ready_source'), ofSource(source), n)} where ${admitted} limit ${n}`,
    ),
  );
}

/** The same of lanes that are open. */
export function firstOfLanes(
  n: number,
  lanes: readonly Lane[],
  scope: ClaimScope,
): RawBuilder<unknown> {
  const admitted = sql.join([isDue, ...isOfKind(scope)], sql` and `);
  return allOf(
    lanes.map((lane) => {
      const inLane = sql`${ofSource(lane.source)} and ${is(sql.ref('w.run_id'), lane.runId)} and ${is(sql.ref('w.host'), lane.host)}`;
      return sql`${walk(readyBy('ready_lane'), inLane, n)} where ${admitted} limit ${n}`;
    }),
  );
}

/** The last items that a claim of `n` looks at, of the sources that have so many. */
export const endsOfLook = (n: number, sources: readonly ScopeSource[]): RawBuilder<unknown> =>
  allOf(
    sources.map(
      (source) =>
        sql`select ${columns} from ${readyBy('ready_source')} and ${ofSource(source)} ${claimOrder} limit 1 offset ${lookAhead(n) - 1}`,
    ),
  );

/**
 * The open lanes of a source by their heads, the first `n` in claim order. Each step is one look into the
 * index of lanes: at the next host of the same run, else at the next run. What a run that rests has
 * behind its head is not looked at.
 */
export function laneHeads(source: ScopeSource, scope: ClaimScope, n: number): RawBuilder<unknown> {
  const ready = sql`from ${readyBy('ready_lane')} and ${ofSource(source)}`;
  const keys = sql`w.priority, w.created_at, w.work_item_id`;
  // The least text after another is that text and one character more; NULL stands before all texts.
  return sql`
    with recursive lane (work_item_id, run_id, host, priority, created_at) as (
      select * from (
        select w.work_item_id, w.run_id, w.host, w.priority, w.created_at ${ready}
        order by w.run_id, w.host, ${keys} limit 1
      )
      union all
      select item.work_item_id, item.run_id, item.host, item.priority, item.created_at
      from lane join work_items as item on item.work_item_id = coalesce(
        case when lane.run_id in ${rowsOf(scope.excludeRuns ?? [])} then null else (
          select w.work_item_id ${ready}
            and w.run_id is lane.run_id and w.host >= coalesce(lane.host || char(1), '')
          order by w.host, ${keys} limit 1
        ) end,
        (
          select w.work_item_id ${ready} and w.run_id >= coalesce(lane.run_id || char(1), '')
          order by w.run_id, w.host, ${keys} limit 1
        )
      )
    )
    select w.work_item_id, w.run_id, w.host, w.priority, w.created_at from lane as w
    where ${sql.join([sql`1`, ...openLane(scope)], sql` and `)}
    ${claimOrder} limit ${n}`;
}

/** The runs that a source has ready items of, null for none: one look into the index of lanes for each. */
export function runsOf(source: ScopeSource): RawBuilder<unknown> {
  const ready = sql`from ${readyBy('ready_lane')} and ${ofSource(source)}`;
  return sql`
    with recursive run (work_item_id, run_id) as (
      select * from (select w.work_item_id, w.run_id ${ready} order by w.run_id limit 1)
      union all
      select item.work_item_id, item.run_id from run join work_items as item on item.work_item_id = (
        select w.work_item_id ${ready} and w.run_id >= coalesce(run.run_id || char(1), '') order by w.run_id limit 1
      )
    )
    select run_id from run`;
}

/**
 * Hosts with a pace or a limit that may be asked, each with the first item of each of these runs (by its place in the
 * list); of very many those asked last. Hosts that are full are left out.
 */
export function firstOfLimitedHosts(
  runs: readonly { readonly source: ScopeSource; readonly runId: string | null }[],
  fullHosts: readonly string[],
): RawBuilder<unknown> {
  const pairs = runs.map(({ source, runId }) => ({ ...source, run: runId }));
  // One condition over both would read every host there is.
  const limited = (index: string, isLimited: RawBuilder<unknown>) => sql`
      select h.host, h.pace_ms, h.next_slot_at from hosts as h indexed by ${sql.id(index)}
      where ${isLimited} and not coalesce(h.blocked_until > ${sqliteWords.now()}, 0)
        and not (h.pace_ms > 0 and coalesce(${slotIsShut()}, 0)) and h.host not in ${rowsOf(fullHosts)}`;
  return sql`
    select h.host, h.pace_ms, h.next_slot_at, first.place, item.work_item_id, item.priority, item.created_at, item.resource_type
    from (
      ${limited('IX_hosts_pace', sql`h.pace_ms > 0`)} union ${limited('IX_hosts_concurrency', sql`h.concurrency is not null`)}
      order by next_slot_at desc, host limit 500
    ) as h
    join (select key as place, value as pair from json_each(${JSON.stringify(pairs)})) as first
    join work_items as item on item.work_item_id = (
      select w.work_item_id from ${readyBy('ready_lane')}
        and w.source_system = first.pair ->> 'system' and w.source_name = first.pair ->> 'name'
        and w.run_id is first.pair ->> 'run' and w.host = h.host
      ${claimOrder} limit 1)`;
}

/**
 * A subquery with a limit keeps its order, and ends as soon as enough has come out of it: sorting once more would read
 * it to its end.
 */
const walk = (from: RawBuilder<unknown>, where: RawBuilder<unknown>, n: number) =>
  sql`select ${columns} from (select ${walked} from ${from} and ${where} ${claimOrder} limit ${lookAhead(n)}) as w`;

/** What the run and the host of an item, or of a lane, must fulfil; `w` has both. */
function openLane({
  hosts,
  excludeHosts,
  excludeRuns,
  together,
}: ClaimScope): RawBuilder<unknown>[] {
  const all: RawBuilder<unknown>[] = [];
  if (together !== undefined) all.push(is(sql.ref('w.host'), together.host));
  if (hosts !== undefined) {
    all.push(
      sql`(w.host is null or not exists (select 1 from hosts as h where h.host = w.host and (${isShut(hosts)})))`,
    );
  }
  if (excludeHosts?.length) {
    all.push(sql`(w.host is null or w.host not in ${rowsOf(excludeHosts)})`);
  }
  if (excludeRuns?.length) {
    all.push(sql`(w.run_id is null or w.run_id not in ${rowsOf(excludeRuns)})`);
  }
  return all;
}

const isOfKind = ({ together }: ClaimScope): RawBuilder<unknown>[] =>
  together === undefined ? [] : [sql`w.resource_type = ${together.resourceType}`];

const slotIsShut = (): RawBuilder<unknown> => {
  const now = sqliteWords.now();
  return sql`(h.next_slot_at > ${now} or (h.slot_lease_id is not null and h.slot_until > ${now}))`;
};

function isShut(hosts: NonNullable<ClaimScope['hosts']>): RawBuilder<unknown> {
  const blocked = sql`h.blocked_until > ${sqliteWords.now()}`;
  switch (hosts) {
    case 'free':
      return sql`${blocked} or h.pace_ms > 0 or h.concurrency is not null`;
    case 'unasked':
      return sql`${blocked} or ${slotIsShut()}`;
  }
}

function allOf(branches: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  const wrapped = branches.map((one, n) => sql`select * from (${one}) as ${sql.id(`b${n}`)}`);
  return sql.join(wrapped, sql` union all `);
}
