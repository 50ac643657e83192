/** Pages of the work-item list, and its counts. */
import { sql } from 'kysely';
import type { Db } from '#db/engine.ts';
import { countWorkItems, listWorkItems } from '#lib/items/list/list.ts';
import { parseWorkItemQuery, type WorkItemQuery } from '#lib/items/list/query.ts';
import type { WorkItemSort } from '#lib/items/list/sorts.ts';
import { encodeCursor } from '#lib/paging/cursor.ts';
import { getStats } from '#lib/queue/stats.ts';
import { benchRow, fillSources } from '../queue/bench-row.ts';
import type { ListCase } from './list-case.ts';

export async function workItemCases(db: Db, rows: number, nowMs: number): Promise<ListCase[]> {
  const page = (name: string, query: WorkItemQuery): ListCase => ({
    name: `items: ${name}`,
    read: (s) => listWorkItems(s, query),
  });
  const sorts: readonly WorkItemSort[] = [
    'created_at',
    'updated_at',
    'last_fetched_at',
    'priority',
    'resource_id',
  ];
  /** All rows but the first, so that a bound is there and excludes nothing. */
  const long = (time: 'created' | 'fetched') => ({ [`${time}_from`]: '2000-01-01' });
  // Newest first, the oldest tenth lies deep.
  const deep = benchRow(Math.floor(rows / 10), rows, nowMs);
  const filters: Record<string, Record<string, string>> = {
    'status failed': { status: 'failed' },
    'status pending or failed': { status: 'pending,failed' },
    'one source': { source: fillSources[1] },
    'one source, failed': { source: fillSources[4], status: 'failed' },
    'one type': { type: 'category' },
    'id begins with': { resource: 'Page_1' },
    'error code': { error: 'http_server_error' },
    'stale 30 days': { stale: '30' },
    'text found nowhere': { q: 'no such text' },
    'one run': { run: deep.run_id ?? '' },
    'one run, failed': { run: deep.run_id ?? '', status: 'failed' },
    'one run, by updated_at': { run: deep.run_id ?? '', sort: 'updated_at' },
    'failed, by updated_at': { status: 'failed', sort: 'updated_at' },
    'failed, by priority': { status: 'failed', sort: 'priority' },
    'one source, by resource_id': { source: fillSources[1], sort: 'resource_id' },
    'id begins with, by created_at': { resource: 'Page_1', sort: 'created_at' },
    'one id': { resource: deep.resource_id },
    'one id, all filters': { resource: deep.resource_id, type: 'page', created_from: '2020-01-01' },
    'id contains': { contains: `_${Math.floor(rows / 10)}` },
    'URI contains': { uri: 'bench-3.example' },
    'attempts from 3': { attempts: '3' },
    'HTTP status 500': { http: '500' },
    'HTTP status found nowhere': { http: '418' },
    'HTTP status 200': { http: '200' },
    'HTTP status 204, found nowhere': { http: '204' },
    onHold: { on_hold: '1' },
    'one host': { host: `${fillSources[2]}.example` },
    'priority from 120': { priority_from: '120' },
    'created in a day': dayOf('created', deep.created_at),
    'updated in a day': dayOf('updated', deep.updated_at),
    'fetched in a day': dayOf('fetched', deep.updated_at),
    'one source, failed, fetched in a day': {
      source: fillSources[1],
      status: 'failed',
      ...dayOf('fetched', deep.updated_at),
    },
    'due, found nowhere': { due: '1' },
    'lease found nowhere': { lease: 'nobody' },
    'children of an item': { from: deep.work_item_id },
    'created since long, text found nowhere': { q: 'no such text', ...long('created') },
    'fetched since long, text found nowhere, by last_fetched_at': {
      q: 'no such text',
      sort: 'last_fetched_at',
      ...long('fetched'),
    },
    ...Object.fromEntries(
      sorts
        .filter((sort) => sort !== 'created_at')
        .map((sort) => [`text found nowhere, by ${sort}`, { q: 'no such text', sort }]),
    ),
  };
  /** Each filter's page at the place of an old row, in the order it has by itself. */
  const deepOf = async (raw: Record<string, string>): Promise<WorkItemQuery> => {
    const query = queryOf(raw);
    return { ...query, cursor: await cursorAt(db, query, deep.work_item_id) };
  };
  return [
    ...sorts.map((sort) => page(`first, by ${sort}`, queryOf({ sort }))),
    ...(await Promise.all(
      sorts.map(async (sort) => page(`deep, by ${sort}`, await deepOf({ sort }))),
    )),
    ...Object.entries(filters).map(([name, raw]) => page(name, queryOf(raw))),
    ...(await Promise.all(
      Object.entries(filters)
        // Nothing is due, so that no place in that list is deep.
        .filter(([, raw]) => raw['due'] === undefined)
        .map(async ([name, raw]) => page(`${name}, deep`, await deepOf(raw))),
    )),
    { name: 'count: all statuses (getStats)', read: (s) => getStats(s) },
    { name: 'count: failed', read: (s) => countWorkItems(s, queryOf({ status: 'failed' }).filter) },
    {
      name: 'count: one run',
      read: (s) => countWorkItems(s, queryOf({ run: deep.run_id ?? '' }).filter),
    },
    {
      name: 'count: text found nowhere',
      read: (s) => countWorkItems(s, queryOf({ q: 'no such text' }).filter),
    },
    {
      name: 'count: stale 30 days',
      read: (s) => countWorkItems(s, queryOf({ stale: '30' }).filter),
    },
  ];
}

function dayOf(time: 'created' | 'updated' | 'fetched', instant: string): Record<string, string> {
  const day = instant.slice(0, 10);
  return { [`${time}_from`]: day, [`${time}_to`]: day };
}

/** Through the reader of the address, so that the benchmark asks what a person can ask. */
function queryOf(raw: Record<string, string>): WorkItemQuery {
  const { query, problems } = parseWorkItemQuery(raw);
  if (problems.length > 0) throw new Error(`The address is wrong: ${JSON.stringify(problems)}`);
  return query;
}

/** The position of a row, which need not be on the page that shows it. */
async function cursorAt(
  db: Db,
  { sort, direction }: Pick<WorkItemQuery, 'sort' | 'direction'>,
  id: string,
): Promise<string> {
  const isText = sort === 'priority' || sort === 'resource_id';
  const value = isText ? sql.ref(sort) : db.engine.cursorText(sql.ref(sort));
  const row = await db.q
    .selectFrom('work_items')
    .select(sql<string | number | null>`${value}`.as('value'))
    .where('work_item_id', '=', id)
    .executeTakeFirstOrThrow();
  return encodeCursor({
    sort,
    direction,
    way: 'after',
    value: row.value === null ? null : String(row.value),
    id,
  });
}
