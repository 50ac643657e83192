/** The plans of the work-item list: what SQLite does with every filter in every order. */
import { CompiledQuery, type KyselyPlugin } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#lib/ids.ts';
import { countWorkItems, listWorkItems } from '#lib/items/list/list.ts';
import { parseWorkItemQuery } from '#lib/items/list/query.ts';
import { indexedSorts, workItemSorts } from '#lib/items/list/sorts.ts';
import { searchWindow } from '#lib/paging/list-page.ts';
import { insertRowFrom } from '#lib/queue/rows.ts';
import { type ContractDatabase, sqliteEngine } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import type { Db } from '../engine.ts';

/** What all of the many items have in common, so that no filter but the rare ones is selective. */
const crowd = {
  run_id: newId(),
  discovered_from: newId(),
  error_code: 'http_server_error',
  last_http_status: 503,
  wait_reason: 'on_hold',
};
const rareRun = newId();

const filters: Record<string, Record<string, string>> = {
  nothing: {},
  status: { status: 'failed' },
  'several statuses': { status: 'failed,pending' },
  source: { source: 'sample' },
  'source and status': { source: 'sample', status: 'failed' },
  type: { type: 'page' },
  prefix: { resource: 'resource' },
  contains: { contains: 'no such' },
  uri: { uri: 'no such' },
  text: { q: 'no such' },
  run: { run: crowd.run_id },
  'run and status': { run: crowd.run_id, status: 'failed' },
  'run and text': { run: crowd.run_id, q: 'no such' },
  attempts: { attempts: '3' },
  http: { http: '503' },
  'http of a success': { http: '200' },
  onHold: { on_hold: '1' },
  host: { host: 'source.example' },
  error: { error: crowd.error_code },
  'error and source': { error: crowd.error_code, source: 'sample' },
  priority: { priority_from: '1', priority_to: '200' },
  created: { created_from: '2020-01-01', created_to: '2020-01-02' },
  updated: { updated_from: '2020-01-01' },
  fetched: { fetched_to: '2020-01-01' },
  stale: { stale: '30' },
  due: { due: '1' },
  children: { from: crowd.discovered_from },
};

describe('the plans of the work-item list', () => {
  let database: ContractDatabase;
  let db: Db;
  const sent: CompiledQuery[] = [];

  beforeAll(async () => {
    database = await sqliteEngine.create();
    const opened = database.db;
    await seed(opened);
    db = { ...opened, q: opened.q.withPlugin(recorder(opened, sent)) };
  });
  afterAll(() => database?.dispose());

  const plansOf = async (read: () => Promise<unknown>) => {
    sent.length = 0;
    await read();
    expect(sent.length).toBeGreaterThan(0);
    const plans: string[][] = [];
    for (const { sql, parameters } of [...sent]) {
      const { rows } = await db.q.executeQuery<{ detail: string }>(
        CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]),
      );
      plans.push(rows.map((row) => row.detail));
    }
    return plans;
  };

  describe.each([...workItemSorts, undefined])('in the order %s', (sort) => {
    it.each(Object.entries(filters))('read %s bounded, first and further', async (_, raw) => {
      const { query } = parseWorkItemQuery({ ...raw, ...(sort ? { sort } : {}) });
      const isIndexed = indexedSorts.some((indexed) => indexed === query.sort);
      let next: string | null = null;
      const first = await plansOf(async () => {
        ({ next } = await listWorkItems(db, query, { limit: 5 }));
      });
      const further =
        next === null
          ? []
          : await plansOf(() => listWorkItems(db, { ...query, cursor: next ?? '' }, { limit: 5 }));
      for (const plan of [...first, ...further]) expectBounded(plan, isIndexed);
    });
  });

  it.each(Object.entries(filters))('count %s along an index', async (_, raw) => {
    const { filter } = parseWorkItemQuery(raw).query;
    for (const plan of await plansOf(() => countWorkItems(db, filter))) expectBounded(plan, true);
  });

  it.each([
    ['a run', { run: rareRun, q: 'no such' }, /^SEARCH .* IX_work_items_run_status \(run_id=\?/],
    ['what a worker holds', { lease: 'worker-1' }, /^SEARCH .* \(status=\?\)/],
  ])('seek %s whole while it is small, whatever the order', async (_, raw, seek) => {
    for (const sort of workItemSorts) {
      const { query } = parseWorkItemQuery({ ...raw, sort });
      const plans = await plansOf(() => listWorkItems(db, query));
      expect(plans.at(-1)?.[0]).toMatch(seek);
    }
  });

  it('seek the failed items of a run in the order of the list, and sort none', async () => {
    const { query } = parseWorkItemQuery({ run: crowd.run_id, status: 'failed' });
    const plans = await plansOf(() => listWorkItems(db, query));
    expect(plans).toEqual([
      [expect.stringMatching(/^SEARCH .* IX_work_items_run_status \(run_id=\? AND status=\?\)$/)],
    ]);
  });

  it.each([['created_at', { created_from: '2020-01-01' }, '(created_at=? AND work_item_id>?)']])(
    'end a search by %s where its window ends, however many are alike there',
    async (...given) => {
      const [sort, raw, bounds] = given;
      const { query } = parseWorkItemQuery({ ...raw, q: 'no such', sort });
      const plans = await plansOf(() => listWorkItems(db, query));
      expect(plans.at(-1)).toEqual([expect.stringContaining(bounds)]);
    },
  );

  it('seek by where the window ends, and only test the bound of the filter', async () => {
    const { query } = parseWorkItemQuery({ q: 'no such', created_from: '2020-01-01' });
    await plansOf(() => listWorkItems(db, query));
    const before = sent.at(1)?.sql ?? '';
    expect(before).toContain('"created_at" > ?');
    expect(before.match(/.(?="work_items"\."created_at" >= \?)/g)).toEqual(['+']);
  });

  it('search a source in the order of ids in an index that knows the source', async () => {
    const { query } = parseWorkItemQuery({ source: 'sample', sort: 'resource_id' });
    const plans = await plansOf(() => listWorkItems(db, query));
    expect(plans.at(-1)).toEqual([
      expect.stringMatching(/^S\w+ work_items USING INDEX IX_work_items_resource_source\b/),
    ]);
  });
});

/**
 * No step reads the table but through an index, and none sorts more than the merged heads of stretches, or, in an order
 * without an index, the newest rows of one.
 */
function expectBounded(plan: readonly string[], isIndexed: boolean) {
  expect(plan.filter((step) => /^SCAN work_items(?! USING)/.test(step))).toEqual([]);
  const sorts = plan.filter((step) => step.startsWith('USE TEMP B-TREE'));
  const heads = plan.filter((step) => step === 'SCAN stretch');
  const newest = plan.filter((step) => /^SEARCH work_items USING .*created_at>\?\)$/.test(step));
  const most = heads.length + (isIndexed ? 0 : newest.length);
  expect(sorts.length, plan.join('\n')).toBeLessThanOrEqual(most);
}

/** Writes down what is sent: only what has a result was, subqueries pass on their own too. */
function recorder({ q }: Db, sent: CompiledQuery[]): KyselyPlugin {
  const executor = q.getExecutor();
  const compiled = new WeakMap<object, CompiledQuery>();
  return {
    transformQuery: ({ node, queryId }) => {
      compiled.set(queryId, executor.compileQuery(node, queryId));
      return node;
    },
    transformResult: async ({ queryId, result }) => {
      const query = compiled.get(queryId);
      if (query) sent.push(query);
      return result;
    },
  };
}

async function seed(db: Db) {
  const rows = Array.from({ length: 2 * searchWindow + 100 }, (_, i) =>
    insertRowFrom(aWorkItem({ runId: i < 5 ? rareRun : crowd.run_id })),
  );
  await db.transaction((tx) => tx.engine.insertWorkItemsIfAbsent(tx, rows));
  const { run_id: _few, ...common } = crowd;
  await db.q.updateTable('work_items').set(common).execute();
  const half = db.q
    .selectFrom('work_items')
    .select('work_item_id')
    .limit(searchWindow + 50);
  await db.q
    .updateTable('work_items')
    .set({ status: 'failed' })
    .where('work_item_id', 'in', half)
    .execute();
}
