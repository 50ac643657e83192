/** Which ready items a claim may take, as SQL both engines share. */
import { type RawBuilder, sql } from 'kysely';
import type { Engine } from '../engine.ts';
import type { ClaimScope, Lane, ScopeSource } from './claim-scope.ts';
import { claimOrder, isReady } from './ready.ts';

/** What differs between the engines in a list of candidates. */
export interface CandidateSyntax {
  /** `work_items w`, with lock hints where the engine has them, walked by one of its three orders or sought by ids. */
  readonly items: (order: 'ready' | 'ready_source' | 'ready_lane' | 'named') => RawBuilder<unknown>;
  /** `hosts h`, read without waiting for those who write them: a claim a moment late is still polite. */
  readonly hosts: RawBuilder<unknown>;
  /** Texts of at most 300 characters as the rows of one column, by one parameter however many they are. */
  readonly rowsOf: (texts: readonly string[]) => RawBuilder<unknown>;
  /** A host, to be compared with the exact key of `hosts`. */
  readonly exact: (host: RawBuilder<unknown>) => RawBuilder<unknown>;
  /** The first `n` rows of `select columns rest`; `rest` ends with its order. */
  readonly first: (
    columns: RawBuilder<unknown>,
    rest: RawBuilder<unknown>,
    n: number,
  ) => RawBuilder<unknown>;
  /** The first `n` rows of `walk as w` for which `where` holds, in the order of the walk. */
  readonly firstOf: (
    columns: RawBuilder<unknown>,
    walk: RawBuilder<unknown>,
    where: RawBuilder<unknown>,
    n: number,
  ) => RawBuilder<unknown>;
}

const columns = sql`w.work_item_id, w.priority, w.created_at`;
const walked = sql`${columns}, w.available_at, w.run_id, w.host, w.resource_type`;

/**
 * How many items of a source or lane a claim of `n` looks at. What is not found among them is reached
 * through the lanes, so that a crowd nobody may claim is never walked past.
 */
const lookAhead = (n: number): number => 64 + 2 * n;

/**
 * `select work_item_id, priority, created_at` of the first `n` claimable items in claim order, without
 * a final order; null when the scope admits nothing. Several sources become one branch each.
 */
export function claimCandidates(
  engine: Engine,
  syntax: CandidateSyntax,
  n: number,
  scope: ClaimScope = {},
): RawBuilder<unknown> | null {
  if (scope.sources === undefined) {
    const rest = sql`from ${syntax.items('ready')} where ${isReady} and ${isDue(engine)} ${claimOrder}`;
    return syntax.first(columns, rest, n);
  }
  return allOf(
    scope.sources.map((source) => {
      const rest = sql`from ${syntax.items('ready_source')} where ${isReady} and ${ofSource(engine, source)} ${claimOrder}`;
      const walk = syntax.first(walked, rest, lookAhead(n));
      return syntax.firstOf(columns, walk, admits(engine, syntax, scope), n);
    }),
  );
}

/** The same, of lanes that are open. */
export function laneCandidates(
  engine: Engine,
  syntax: CandidateSyntax,
  n: number,
  lanes: readonly Lane[],
  { together }: ClaimScope,
): RawBuilder<unknown> | null {
  const where = sql.join([isDue(engine), ...isOfKind(together)], sql` and `);
  return allOf(
    lanes.map((lane) => {
      const inLane = sql`${ofSource(engine, lane.source)} and ${is(sql.ref('w.run_id'), lane.runId)} and ${is(sql.ref('w.host'), lane.host)}`;
      const rest = sql`from ${syntax.items('ready_lane')} where ${isReady} and ${inLane} ${claimOrder}`;
      return syntax.firstOf(columns, syntax.first(walked, rest, lookAhead(n)), where, n);
    }),
  );
}

/** The same, of the items with these ids. */
export function namedCandidates(
  syntax: CandidateSyntax,
  ids: readonly string[],
): RawBuilder<unknown> {
  return sql`select ${columns} from ${syntax.items('named')} where ${isReady} and w.work_item_id in (${syntax.rowsOf(ids)})`;
}

/** What the run and the host of an item, or of a lane, must fulfil; `w` has both. */
export function openRunAndHost(
  engine: Engine,
  syntax: Pick<CandidateSyntax, 'hosts' | 'exact' | 'rowsOf'>,
  { hosts, excludeHosts, excludeRuns, together }: ClaimScope,
): RawBuilder<unknown>[] {
  const all: RawBuilder<unknown>[] = [];
  if (together !== undefined) all.push(is(sql.ref('w.host'), together.host));
  if (hosts !== undefined) {
    const shut = sql`h.host = ${syntax.exact(sql`w.host`)} and (${shutHost(engine, hosts)})`;
    all.push(sql`(w.host is null or not exists (select 1 from ${syntax.hosts} where ${shut}))`);
  }
  if (excludeHosts?.length) {
    all.push(sql`(w.host is null or w.host not in (${syntax.rowsOf(excludeHosts)}))`);
  }
  if (excludeRuns?.length) {
    all.push(sql`(w.run_id is null or w.run_id not in (${syntax.rowsOf(excludeRuns)}))`);
  }
  return all;
}

/** Which of the sources may have more ready items than a claim of `n` has looked at, by their place. */
export function crowdedSources(
  engine: Engine,
  syntax: Pick<CandidateSyntax, 'items'>,
  n: number,
  sources: readonly ScopeSource[],
  nth: (columns: RawBuilder<unknown>, rest: RawBuilder<unknown>, n: number) => RawBuilder<unknown>,
): RawBuilder<unknown> | null {
  return allOf(
    sources.map((source, index) => {
      const rest = sql`from ${syntax.items('ready_source')} where ${isReady} and ${ofSource(engine, source)} ${claimOrder}`;
      return nth(sql`${sql.lit(index)} as place`, rest, lookAhead(n) - n - 1);
    }),
  );
}

export const ofSource = (engine: Engine, { system, name }: ScopeSource): RawBuilder<unknown> =>
  sql`${engine.isExactly(sql.ref('w.source_system'), system)} and ${engine.isExactly(sql.ref('w.source_name'), name)}`;

/** Ready items are due; but a time may be a few milliseconds ahead, or an index older than a trigger. */
const isDue = (engine: Engine) => sql`w.available_at <= ${engine.now()}`;

function admits(engine: Engine, syntax: CandidateSyntax, scope: ClaimScope): RawBuilder<unknown> {
  const all = [
    isDue(engine),
    ...openRunAndHost(engine, syntax, scope),
    ...isOfKind(scope.together),
  ];
  return sql.join(all, sql` and `);
}

const isOfKind = (together: ClaimScope['together']): RawBuilder<unknown>[] =>
  together === undefined ? [] : [sql`w.resource_type = ${together.resourceType}`];

const is = (column: RawBuilder<unknown>, text: string | null): RawBuilder<unknown> =>
  text === null ? sql`${column} is null` : sql`${column} = ${text}`;

function shutHost(engine: Engine, hosts: NonNullable<ClaimScope['hosts']>): RawBuilder<unknown> {
  const now = engine.now();
  const blocked = sql`h.blocked_until > ${now}`;
  const slotShut = sql`(h.next_slot_at > ${now} or (h.slot_lease_id is not null and h.slot_until > ${now}))`;
  switch (hosts) {
    case 'free':
      return sql`${blocked} or h.pace_ms > 0 or h.concurrency is not null`;
    case 'open':
      return sql`${blocked} or (h.pace_ms > 0 and ${slotShut})`;
    case 'unasked':
      return sql`${blocked} or ${slotShut}`;
  }
}

function allOf(branches: readonly RawBuilder<unknown>[]): RawBuilder<unknown> | null {
  const [first, ...others] = branches;
  if (first === undefined) return null;
  if (others.length === 0) return first;
  const wrapped = branches.map((one, n) => sql`select * from (${one}) as ${sql.id(`b${n}`)}`);
  return sql.join(wrapped, sql` union all `);
}
