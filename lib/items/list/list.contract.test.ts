import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '#db/engine.ts';
import type { WorkItemRow } from '#db/schema.ts';
import { newId } from '#lib/ids.ts';
import { countCap } from '#lib/paging/capped-count.ts';
import { encodeCursor } from '#lib/paging/cursor.ts';
import { searchWindow } from '#lib/paging/list-page.ts';
import { onHoldRow } from '#lib/queue/hold.ts';
import { insertRowFrom } from '#lib/queue/rows.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { countWorkItems, listWorkItems } from './list.ts';
import { parseWorkItemQuery } from './query.ts';
import { defaultDirections, indexedSorts, type WorkItemSort, workItemSorts } from './sorts.ts';

describe.each(contractEngines())('the work-item list on $name', (engine) => {
  let database: ContractDatabase;
  let db: Db;
  beforeAll(async () => {
    database = await engine.create();
    db = database.db;
    await seed(db);
  });
  afterAll(() => database.dispose());

  const query = (raw: Record<string, string>) => {
    const { query: parsed, problems } = parseWorkItemQuery(raw);
    expect(problems).toEqual([]);
    return parsed;
  };
  const names = async (raw: Record<string, string>) => {
    const page = await listWorkItems(db, query({ sort: 'resource_id', ...raw }));
    return page.rows.map((row) => row.resourceId);
  };

  it.each([
    ['status', { status: 'failed' }, ['Boba Fett']],
    ['several statuses', { status: 'failed,completed' }, ['Ahsoka', 'Boba Fett', 'Ánakin']],
    ['source', { source: 'other' }, ['boba fett']],
    ['source, case-sensitive', { source: 'OTHER' }, []],
    ['source and status, case-sensitive', { source: 'OTHER', status: 'pending' }, []],
    ['type', { type: 'category' }, ['Category:Jedi']],
    ['prefix, case-sensitive', { resource: 'Boba' }, ['Boba Fett']],
    ['a prefix of wildcards, taken literally', { resource: '100%_' }, ['100%_real']],
    ['text in the id', { contains: 'FETT' }, ['Boba Fett', 'boba fett']],
    ['wildcards in the id, taken literally', { contains: '%' }, ['100%_real']],
    ['text in the URI', { uri: 'page=ahsoka' }, ['Ahsoka']],
    ['text anywhere', { q: 'TIMED OUT' }, ['Boba Fett']],
    ['attempts', { attempts: '3' }, ['Boba Fett']],
    ['HTTP status', { http: '503' }, ['Boba Fett']],
    ['error code', { error: 'http_server_error' }, ['Boba Fett']],
    ['priority', { priority_from: '10', priority_to: '20' }, ['100%_real']],
    ['an HTTP status of a success', { http: '200' }, ['Ahsoka', 'Ánakin']],
    ['lease holder', { lease: 'worker-7' }, ['Category:Jedi']],
    ['being on hold', { on_hold: '1' }, ['boba fett']],
    ['being on hold, and another status', { on_hold: '1', status: 'failed' }, []],
    ['host, in any case', { host: 'X.example' }, ['Ahsoka']],
    ['day of creation, its end included', { created_to: '2020-01-02' }, ['Ahsoka', 'Boba Fett']],
    ['time of the last fetch', { fetched_from: '2021-01-01T00:00Z' }, ['Ánakin']],
    ['what is due', { due: '1' }, ['Ahsoka']],
  ])('filters by %s', async (_, raw, expected) => {
    const found = await names(raw);
    expect(found.sort()).toEqual([...expected].sort());
  });

  it('counts an item as stale that was fetched once, and neither what is fresh nor what is retired', async () => {
    expect(await names({ stale: '30' })).toEqual(['Ahsoka']);
    expect(await names({ stale: '3650' })).toEqual([]);
    const setPlan = (refetch: 'retired' | null) =>
      db.q.updateTable('work_items').set({ refetch }).where('resource_id', '=', 'Ahsoka').execute();
    await setPlan('retired');
    expect(await names({ stale: '30' })).toEqual([]);
    await setPlan(null);
  });

  it('finds the children of an item and the items of a run', async () => {
    const [parent] = (await listWorkItems(db, query({ resource: 'Ahsoka' }))).rows;
    expect(await names({ from: parent?.workItemId ?? '' })).toEqual(['Category:Jedi']);
    expect(await names({ run: parent?.runId ?? '' })).toEqual(['Ahsoka']);
    expect(await names({ run: 'no-such-run' })).toEqual([]);
  });

  describe.each(workItemSorts)('by %s', (sort) => {
    it.each(['asc', 'desc'])('pages %s through every item once, and back', async (dir) => {
      const walked: string[] = [];
      const pages: string[][] = [];
      let cursor: string | undefined;
      let last: Awaited<ReturnType<typeof listWorkItems>> | undefined;
      do {
        last = await listWorkItems(db, query({ sort, dir, ...(cursor ? { cursor } : {}) }), {
          limit: 2,
        });
        pages.push(last.rows.map((row) => row.workItemId));
        walked.push(...last.rows.map((row) => row.workItemId));
        cursor = last.next ?? undefined;
      } while (cursor);
      expect(new Set(walked).size).toBe(walked.length);
      const all = await listWorkItems(db, query({ sort, dir }));
      expect(walked).toEqual(all.rows.map((row) => row.workItemId));
      expect(walked).toHaveLength(6);
      expect(
        isSorted(
          all.rows.map((row) => sortValue(row, sort)),
          dir,
        ),
      ).toBe(true);

      let previous = last?.previous;
      for (const expected of pages.slice(0, -1).reverse()) {
        const page = await listWorkItems(db, query({ sort, dir, cursor: previous ?? '' }), {
          limit: 2,
        });
        expect(page.rows.map((row) => row.workItemId)).toEqual(expected);
        previous = page.previous;
      }
      expect(previous).toBeNull();
    });
  });

  it('refuses a cursor of another order, or one whose value cannot be', async () => {
    const first = await listWorkItems(db, query({ sort: 'priority' }), { limit: 2 });
    const cursor = first.next ?? '';
    await expect(listWorkItems(db, query({ sort: 'created_at', cursor }))).rejects.toMatchObject({
      code: 'cursor_invalid',
    });
    for (const value of ["'; drop table work_items --", null]) {
      const forged = encodeCursor({
        sort: 'priority',
        direction: 'asc',
        way: 'after',
        value,
        id: 'x',
      });
      await expect(
        listWorkItems(db, query({ sort: 'priority', cursor: forged })),
      ).rejects.toMatchObject({ code: 'cursor_invalid' });
    }
  });

  it('counts exactly, by counters and by filter', async () => {
    const count = (raw: Record<string, string>) => countWorkItems(db, query(raw).filter);
    expect(await count({})).toEqual({ kind: 'exact', count: 6 });
    expect(await count({ status: 'pending' })).toEqual({ kind: 'exact', count: 2 });
    expect(await count({ status: 'pending', source: 'other' })).toEqual({
      kind: 'exact',
      count: 1,
    });
    expect(await count({ contains: 'fett' })).toEqual({ kind: 'exact', count: 2 });
    expect(await count({ on_hold: '1' })).toEqual({ kind: 'exact', count: 1 });
  });
});

describe.each(contractEngines())('a long list on $name', (engine) => {
  const total = searchWindow + 1000;
  const runId = newId();
  let database: ContractDatabase;
  let db: Db;
  beforeAll(async () => {
    database = await engine.create();
    db = database.db;
    for (let made = 0; made < total; made += 1000) {
      await db.transaction((tx) =>
        tx.engine.insertWorkItemsIfAbsent(
          tx,
          Array.from({ length: 1000 }, (_, i) =>
            insertRowFrom(
              aWorkItem({
                runId,
                priority: i % 3,
                resourceType: i % 2 === 0 ? 'page' : 'category',
                ...(made + i === 500 ? { resourceId: 'the needle' } : {}),
              }),
            ),
          ),
        ),
      );
    }
    const others = db.q
      .selectFrom('work_items')
      .select('work_item_id')
      .where('priority', '=', 2)
      .where('resource_type', '=', 'page');
    await db.q
      .updateTable('work_items')
      .set({ status: 'failed' })
      .where('work_item_id', 'in', others)
      .execute();
  });
  afterAll(() => database.dispose());

  const query = (raw: Record<string, string>) => parseWorkItemQuery(raw).query;
  const walk = async (raw: Record<string, string>) => {
    const rows: string[] = [];
    const windows: (number | null)[] = [];
    let cursor: string | undefined;
    do {
      const page = await listWorkItems(db, query({ ...raw, ...(cursor ? { cursor } : {}) }));
      rows.push(...page.rows.map((row) => row.workItemId));
      windows.push(page.searched);
      cursor = page.next ?? undefined;
    } while (cursor);
    return { rows, windows };
  };

  it('is counted up to the cap, and said to be longer', async () => {
    const count = (raw: Record<string, string>) => countWorkItems(db, query(raw).filter);
    expect(await count({ created_from: '2020-01-01' })).toEqual({ kind: 'more', than: countCap });
    expect(await count({ run: runId })).toEqual({ kind: 'more', than: countCap });
    const frozen = {
      ...query({ status: 'pending,failed' }).filter,
      asOf: '2026-01-31T09:15:00.000Z',
    };
    expect(await countWorkItems(db, frozen)).toEqual({ kind: 'exact', count: total });
    expect(await count({ type: 'page', q: 'resource' })).toEqual({
      kind: 'at_least',
      count: expect.closeTo(searchWindow / 2, -2),
      searched: searchWindow,
    });
    expect(await count({ type: 'category', status: 'failed' })).toEqual({
      kind: 'exact',
      count: 0,
    });
  });

  it('is searched by windows, says so, and the next page searches on', async () => {
    const first = await listWorkItems(db, query({ q: 'NEEDLE' }));
    expect(first).toMatchObject({ rows: [], previous: null, searched: searchWindow });
    const second = await listWorkItems(db, query({ q: 'needle', cursor: first.next ?? '' }));
    expect(second.rows.map((row) => row.resourceId)).toEqual(['the needle']);
    expect(second).toMatchObject({ next: null, searched: null });
    const back = await listWorkItems(db, query({ q: 'needle', cursor: second.previous ?? '' }));
    expect(back).toMatchObject({ rows: [], searched: searchWindow });
    const start = await listWorkItems(db, query({ q: 'needle', cursor: back.previous ?? '' }));
    expect(start).toMatchObject({ rows: [], previous: null, searched: null });
  });

  it.each(indexedSorts)('is searched by %s to its end, with nothing left out', async (sort) => {
    const { rows, windows } = await walk({ q: 'the needle', sort });
    expect(rows).toHaveLength(1);
    expect(windows.length).toBeLessThanOrEqual(6);
  });

  it.each([
    ['several statuses', { status: 'pending,failed' }, total],
    ['a source', { source: 'sample' }, total],
    ['a run and a type', { run: runId, type: 'category' }, total / 2],
    ['some priorities', { priority_from: '1', type: 'category' }, (total / 1000) * 333],
    ['a long time', { created_from: '2020-01-01', type: 'category' }, total / 2],
  ])('shows every item of %s once', async (_, raw, expected) => {
    const { rows } = await walk(raw);
    expect(rows).toHaveLength(expected);
    expect(new Set(rows).size).toBe(expected);
  });

  it.each([
    ['updated_at', {}, searchWindow],
    ['priority', { status: 'failed,pending' }, searchWindow],
    ['priority', { source: 'sample', type: 'category' }, searchWindow / 2],
    ['last_fetched_at', { run: runId, type: 'category' }, searchWindow / 2],
  ] as const)(
    'has its newest items by %s, sorted, and says so: %o',
    async (sort, raw, expected) => {
      const found: Summary[] = [];
      let cursor: string | undefined;
      do {
        const asked = query({ ...raw, sort, ...(cursor ? { cursor } : {}) });
        const page = await listWorkItems(db, asked);
        expect(page).toMatchObject({ sortedAmong: searchWindow, searched: null });
        found.push(...page.rows);
        cursor = page.next ?? undefined;
      } while (cursor);
      expect(new Set(found.map((row) => row.workItemId)).size).toBe(found.length);
      // Each of several stretches ends with the first of them to end, and so many were created at one moment.
      expect(found.length).toBeGreaterThan(expected / 6);
      expect(found.length).toBeLessThanOrEqual(expected);
      const values = found.map((row) => sortValue(row, sort));
      expect(isSorted(values, defaultDirections[sort])).toBe(true);
      const oldest = await listWorkItems(db, query({ dir: 'asc' }), { limit: 1 });
      expect(found.map((row) => row.workItemId)).not.toContain(oldest.rows[0]?.workItemId);
    },
  );
});

/** Six items, each with what the filters look for. */
async function seed(db: Db) {
  const parent = newId();
  const add = async (
    resourceId: string,
    over: Parameters<typeof aWorkItem>[0],
    state: Partial<WorkItemRow>,
  ) => {
    const row = insertRowFrom(aWorkItem({ resourceId, ...over }));
    await db.engine.insertWorkItemsIfAbsent(db, [row]);
    if (Object.keys(state).length === 0) return;
    await db.q
      .updateTable('work_items')
      .set(state)
      .where('work_item_id', '=', row.work_item_id)
      .execute();
  };
  const old = (day: number) => `2020-01-0${day}T10:00:00.000Z`;
  await add(
    'Ahsoka',
    { workItemId: parent, runId: newId(), requestUri: 'https://x.example/?page=Ahsoka' },
    {
      status: 'completed',
      created_at: old(1),
      last_fetched_at: old(1),
      next_fetch_at: old(2),
      last_http_status: 200,
    },
  );
  await add(
    'Boba Fett',
    { priority: 50 },
    {
      status: 'failed',
      created_at: old(2),
      attempt: 4,
      error_code: 'http_server_error',
      error_message: 'The request timed out.',
      last_http_status: 503,
    },
  );
  await add('boba fett', { sourceName: 'other' }, onHoldRow);
  await add(
    'Category:Jedi',
    { resourceType: 'category', discoveredFrom: parent },
    {
      status: 'in_progress',
      lease_owner: 'worker-7',
      lease_id: newId(),
      attempt: 1,
    },
  );
  await add('100%_real', { priority: 15 }, {});
  await add(
    'Ánakin',
    {},
    {
      status: 'completed',
      last_fetched_at: new Date().toISOString(),
      last_http_status: 200,
    },
  );
}

type Summary = Awaited<ReturnType<typeof listWorkItems>>['rows'][number];

function sortValue(row: Summary, sort: WorkItemSort): string | number | null {
  switch (sort) {
    case 'created_at':
      return row.createdAt;
    case 'updated_at':
      return row.updatedAt;
    case 'last_fetched_at':
      return row.lastFetchedAt;
    case 'priority':
      return row.priority;
    case 'next_fetch_at':
      return row.nextFetchAt;
    case 'resource_id':
      // The order of text is the engine's collation; only that it is one order is asserted here.
      return 0;
  }
}

function isSorted(values: readonly (string | number | null)[], dir: string): boolean {
  const ranked = dir === 'asc' ? values : values.toReversed();
  return ranked.every((value, at) => {
    const before = ranked[at - 1];
    if (at === 0 || before === null || before === undefined) return true;
    return value !== null && before <= value;
  });
}
