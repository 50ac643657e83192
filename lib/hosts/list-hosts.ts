/** The hosts that were asked, as a list: the latest asked first, by keyset pages; and how many items each has. */
import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import { type Database, type Instant, type WorkItemStatus, workItemStatuses } from '#db/schema.ts';
import type { Sight } from '#lib/actor/model.ts';
import type { LocalClock } from '#lib/filters/zones.ts';
import {
  type Condition,
  chooseAccessPath,
  condition,
  type Group,
  instantBounds,
  rangeCondition,
} from '#lib/paging/access-path.ts';
import { type CountResult, countRows } from '#lib/paging/capped-count.ts';
import type { KeysetOrder } from '#lib/paging/keyset.ts';
import {
  isSmallGroup,
  type ListPage,
  type ListTable,
  readListPage,
} from '#lib/paging/list-page.ts';
import {
  cursorParameter,
  type ParameterProblem,
  type RawParameters,
  readParameters,
} from '#lib/paging/parameters.ts';
import { askedBy } from './asked-for.ts';
import { type Budget, parseBudget } from './budget.ts';
import { type HostView, hostFilters } from './host-filters.ts';

export interface Host {
  readonly host: string;
  /** Null when no block is in force. */
  readonly blockedUntil: Instant | null;
  readonly blockedReason: string | null;
  /** Operator's delay between two requests, ms; null = that of each source. */
  readonly delayMs: number | null;
  /** Least time between two requests to it, ms, whoever asks; 0 = as each source says. See `paceOf`. */
  readonly paceMs: number;
  /** When its robots.txt was read, and the status then: null = never; status null = unreachable. */
  readonly robots: { readonly status: number | null; readonly readAt: Instant } | null;
  /** What its robots.txt asks for, ms. */
  readonly robotsDelayMs: number | null;
  /** By how much its slowness slows us down, ms. */
  readonly adaptiveDelayMs: number;
  /** Smoothed time to the first byte, ms. */
  readonly latencyMs: number | null;
  /** Requests in flight at the same time; null = as many as the workers send. */
  readonly concurrency: number | null;
  /** What it last reported of our budget there. */
  readonly budget: Budget | null;
  readonly consecutiveFailures: number;
  readonly requestsTotal: number;
  readonly count429: number;
  readonly count5xx: number;
  readonly lastStatus: number | null;
  readonly last429At: Instant | null;
  readonly lastRequestAt: Instant | null;
  /** End of the certificate that it showed last; null = it was asked without TLS, or not yet. */
  readonly certificateUntil: Instant | null;
}

export interface HostQuery {
  /** Undefined = all. */
  readonly view?: HostView | undefined;
  /** Part of the name. */
  readonly name?: string | undefined;
  /** What it answered last. */
  readonly http?: number | undefined;
  /** Failures in a row, at least. */
  readonly failures?: number | undefined;
  /** ISO instants of the last request, end exclusive. */
  readonly askedFrom?: string | undefined;
  readonly askedTo?: string | undefined;
  readonly cursor?: string | undefined;
}

/**
 * Reads the page's address; what is out of range is ignored and reported.
 * @param clock by which `yesterday` is counted; absent = UTC
 */
export function parseHostQuery(
  raw: RawParameters,
  clock?: LocalClock,
): {
  readonly query: HostQuery;
  readonly problems: readonly ParameterProblem[];
} {
  const { values, problems } = hostFilters.read(raw, clock);
  const position = readParameters({ cursor: cursorParameter }, raw);
  const { asked_from: askedFrom, asked_to: askedTo, ...rest } = values;
  return {
    query: { ...rest, askedFrom, askedTo, cursor: position.values.cursor },
    problems: [...problems, ...position.problems],
  };
}

const ref = (column: string) => sql.ref<string>(`hosts.${column}`);

const latestFirst: KeysetOrder = {
  sort: 'last_request',
  direction: 'desc',
  by: { column: ref('last_request_at'), kind: 'instant', nullable: true },
  id: ref('host'),
};

const soonestOpenFirst: KeysetOrder = {
  sort: 'blocked_until',
  direction: 'asc',
  by: { column: ref('blocked_until'), kind: 'instant', nullable: true },
  id: ref('host'),
};

const orderOf = ({ view }: HostQuery) => (view === 'blocked' ? soonestOpenFirst : latestFirst);

/** Without the text of robots.txt, which may be long. */
const columns = [
  'host',
  'blocked_until',
  'blocked_reason',
  'delay_ms',
  'pace_ms',
  'robots_delay_ms',
  'adaptive_delay_ms',
  'latency_ms',
  'budget',
  'concurrency',
  'robots_status',
  'robots_fetched_at',
  'consecutive_failures',
  'requests_total',
  'count_429',
  'count_5xx',
  'last_status',
  'last_429_at',
  'last_request_at',
  'certificate_until',
] as const satisfies readonly (keyof Database['hosts'])[];

interface HostRow extends Pick<Selectable<Database['hosts']>, (typeof columns)[number]> {
  readonly id: string;
  readonly is_blocked: number;
}

const selectHosts = ({ q, engine }: Session) =>
  q
    .selectFrom('hosts')
    .select(columns)
    .select('host as id')
    .select(
      sql<number>`case when blocked_until > ${engine.now()} then 1 else 0 end`.as('is_blocked'),
    );

const hosts: ListTable<'hosts', HostRow> = {
  from: ({ q }) => q.selectFrom('hosts'),
  rows: selectHosts,
};

/**
 * What hosts answered, their latency and their place in the list are as of the last roll-up, some seconds ago.
 * One page, at most `limit` hosts (100), and before the first of them the one that is named exactly so. Blocked ones
 * come by the end of their block. Whoever sees some sources has the hosts that these asked. Throws `cursor_invalid`, `db_statement_timeout` after five seconds.
 */
export async function listHosts(
  session: Session,
  query: HostQuery = {},
  { limit, sight = null }: { readonly limit?: number; readonly sight?: Sight } = {},
): Promise<ListPage<Host>> {
  const request = { cursor: query.cursor, limit };
  const order = orderOf(query);
  const choose = (s: Session) => pathOf(s, query, sight);
  const page = await readListPage(session, hosts, order, request, choose, toHost);
  if (query.name === undefined || query.cursor !== undefined || query.view !== undefined) {
    return page;
  }
  // Among very many hosts a search for a part of the name may be long on its way to it.
  const named = await selectHosts(session)
    .where('host', '=', query.name)
    .where(sight === null ? sql<boolean>`1 = 1` : askedBy(session, ref('host'), sight))
    .executeTakeFirst();
  if (named === undefined) return page;
  const others = page.rows.filter(({ host }) => host !== named.host);
  return { ...page, rows: [toHost(named), ...others] };
}

/** How many hosts a view has: exact up to 10,000. */
export function countHosts(
  session: Session,
  view: HostView,
  sight: Sight = null,
): Promise<CountResult> {
  return countRows(session, hosts, orderOf({ view }), (s) => pathOf(s, { view }, sight));
}

type ConditionKey = HostView | 'name' | 'http' | 'failures' | 'asked' | 'sight';

function pathOf(
  session: Session,
  { view, name, http, failures, askedFrom: from, askedTo: to }: HostQuery,
  sight: Sight,
) {
  const { engine } = session;
  const conditions: Condition<ConditionKey>[] = [];
  const groups: Group<ConditionKey>[] = [];
  const now = sql`${engine.now()}`;
  if (view === 'blocked') {
    conditions.push(
      rangeCondition(engine, ref, view, 'blocked_until', (until) => ({
        from: sql<boolean>`${until} > ${now}`,
      })),
    );
  }
  if (view === 'paced') {
    const paced = condition(engine, ref, view, (of) => sql<boolean>`${of('pace_ms')} > 0`);
    conditions.push(paced);
    groups.push({ keys: [view], branches: [paced.seek], order: null });
  }
  if (sight !== null) {
    conditions.push(condition(engine, ref, 'sight', (of) => askedBy(session, of('host'), sight)));
  }
  if (name !== undefined) {
    conditions.push(condition(engine, ref, 'name', (of) => engine.contains(of('host'), name)));
  }
  if (http !== undefined) {
    conditions.push(
      condition(engine, ref, 'http', (of) => sql<boolean>`${of('last_status')} = ${http}`),
    );
  }
  if (failures !== undefined) {
    conditions.push(
      condition(
        engine,
        ref,
        'failures',
        (of) => sql<boolean>`${of('consecutive_failures')} >= ${failures}`,
      ),
    );
  }
  if (from !== undefined || to !== undefined) {
    conditions.push(
      rangeCondition(engine, ref, 'asked', 'last_request_at', (time) =>
        instantBounds(engine, time, { from, to }),
      ),
    );
  }
  const sortColumn = view === 'blocked' ? 'blocked_until' : 'last_request_at';
  return chooseAccessPath({
    conditions,
    groups,
    sort: orderOf({ view }).sort,
    sortColumn,
    isSmall: (where: RawBuilder<boolean>) => isSmallGroup(session, hosts, where),
  });
}

const toHost = (row: HostRow): Host => ({
  host: row.host,
  blockedUntil: row.is_blocked === 1 ? row.blocked_until : null,
  blockedReason: row.is_blocked === 1 ? row.blocked_reason : null,
  delayMs: row.delay_ms,
  paceMs: row.pace_ms,
  robotsDelayMs: row.robots_delay_ms,
  adaptiveDelayMs: row.adaptive_delay_ms,
  latencyMs: row.latency_ms,
  budget: parseBudget(row.budget),
  concurrency: row.concurrency,
  robots:
    row.robots_fetched_at === null
      ? null
      : { status: row.robots_status, readAt: row.robots_fetched_at },
  consecutiveFailures: row.consecutive_failures,
  requestsTotal: row.requests_total,
  count429: row.count_429,
  count5xx: row.count_5xx,
  lastStatus: row.last_status,
  last429At: row.last_429_at,
  lastRequestAt: row.last_request_at,
  certificateUntil: row.certificate_until,
});

export type HostTotals = Readonly<Record<WorkItemStatus, number>>;

export const noItems: HostTotals = {
  pending: 0,
  in_progress: 0,
  completed: 0,
  failed: 0,
  skipped: 0,
};

/** Exact totals of up to 1,000 hosts; hosts without items are left out. */
export async function readHostTotals(
  session: Session,
  hosts: readonly string[],
): Promise<Map<string, HostTotals>> {
  const totals = new Map<string, HostTotals>();
  for (const row of await session.engine.readHostTotals(session, hosts)) {
    const status = workItemStatuses.find((known) => known === row.status);
    if (!status) continue;
    totals.set(row.host, {
      ...(totals.get(row.host) ?? noItems),
      [status]: Number(row.item_count),
    });
  }
  return totals;
}

/** One host; null when it was never asked, or by no source that is seen. */
export async function getHost(
  session: Session,
  host: string,
  sight: Sight = null,
): Promise<Host | null> {
  const row = await hosts
    .rows(session)
    .where(sql<boolean>`hosts.host = ${host}`)
    .where(sight === null ? sql<boolean>`1 = 1` : askedBy(session, ref('host'), sight))
    .executeTakeFirst();
  return row ? toHost(row) : null;
}
