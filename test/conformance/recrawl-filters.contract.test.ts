import type { KyselyPlugin } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Db } from '#db/engine.ts';
import type { WorkItemStatus } from '#db/schema.ts';
import type { NewWorkItem, RecrawlFilter } from '#lib/queue/model.ts';
import { resetForRecrawl } from '#lib/queue/recrawl.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '../factories.ts';
import { givenRun, useStore } from '../queue-database.ts';

const runId = '00000000-0000-7000-8000-000000000abc';
const hourAgo = 3_600_000;

/** Each filter with items it takes and items it leaves; `in progress` is left by every one of them. */
const filters: readonly {
  readonly by: string;
  readonly filter: RecrawlFilter;
  readonly taken: Partial<NewWorkItem>;
  readonly left: Partial<NewWorkItem>;
}[] = [
  {
    by: 'source system',
    filter: { sourceSystem: 'one' },
    taken: { sourceSystem: 'one' },
    left: { sourceSystem: 'One' },
  },
  {
    by: 'source name',
    filter: { sourceName: 'b' },
    taken: { sourceName: 'b' },
    left: { sourceName: 'B' },
  },
  {
    by: 'resource type',
    filter: { resourceType: 'work' },
    taken: { resourceType: 'work' },
    left: { resourceType: 'page' },
  },
  { by: 'run', filter: { runId }, taken: { runId }, left: {} },
];

/** A database that notes how many rows each transaction changed, of those that changed any. */
function watched(db: Db): { readonly db: Db; readonly changed: readonly number[] } {
  const changed: number[] = [];
  const transaction: Db['transaction'] = (fn) =>
    db.transaction(async (tx) => {
      let rows = 0;
      const updates = new WeakSet<object>();
      const plugin: KyselyPlugin = {
        transformQuery: ({ node, queryId }) => {
          if (node.kind === 'UpdateQueryNode') updates.add(queryId);
          return node;
        },
        transformResult: async ({ result, queryId }) => {
          if (updates.has(queryId)) rows += Number(result.numAffectedRows ?? 0n);
          return result;
        },
      };
      const result = await fn({ q: tx.q.withPlugin(plugin), engine: tx.engine });
      if (rows > 0) changed.push(rows);
      return result;
    });
  return { db: { ...db, transaction }, changed };
}

describe.each(contractEngines())('recrawling by filter on $name', (engine) => {
  const given = useStore(engine);

  const setStatus = async (ids: readonly string[], status: WorkItemStatus) => {
    for (const id of ids) {
      await given.db.q
        .updateTable('work_items')
        .set({ status })
        .where('work_item_id', '=', id)
        .execute();
    }
  };
  const givenItems = async (count: number, over: Partial<NewWorkItem>, status: WorkItemStatus) => {
    const items = Array.from({ length: count }, () => aWorkItem(over));
    const ids = await given.store.enqueueMany(items);
    await setStatus(ids, status);
    return ids;
  };
  const statusesOf = async (ids: readonly string[]) => {
    const all = await Promise.all(ids.map((id) => given.store.getWorkItem(id)));
    return [...new Set(all.map((item) => item?.status))];
  };

  test.each(filters)(
    'by $by: what it names and nothing else, never items in progress',
    async ({ filter, taken, left }) => {
      await givenRun(given.db);
      const wanted = await givenItems(3, taken, 'completed');
      const other = await givenItems(2, left, 'completed');
      await given.store.enqueue(aWorkItem({ ...taken, priority: 1 }));
      const [held] = await given.store.dequeue(1);
      expect(
        await given.store.resetForRecrawl({ ...filter, statuses: ['completed', 'in_progress'] }),
      ).toBe(3);
      expect(await statusesOf(wanted)).toEqual(['pending']);
      expect(await statusesOf(other)).toEqual(['completed']);
      expect(await given.store.getWorkItem(held?.workItemId ?? '')).toEqual(held);
    },
  );

  test.each(['pending', 'completed', 'failed', 'skipped'] as const)(
    'by status: %s alone',
    async (status) => {
      for (const one of ['pending', 'completed', 'failed', 'skipped'] as const)
        await givenItems(1, {}, one);
      await given.db.q.updateTable('work_items').set({ attempt: 3 }).execute();
      expect(await given.store.resetForRecrawl({ statuses: [status] })).toBe(1);
      const { byStatus } = await given.store.getStats();
      expect(byStatus).toMatchObject(
        status === 'pending' ? { pending: 1, completed: 1 } : { pending: 2, [status]: 0 },
      );
      const reset = await given.db.q
        .selectFrom('work_items')
        .select('work_item_id')
        .where('attempt', '=', 0)
        .execute();
      expect(reset).toHaveLength(1);
    },
  );

  test('by ids: those that are named, each once, unknown ones aside', async () => {
    const [a = '', b = ''] = await givenItems(3, {}, 'completed');
    const workItemIds = [a, b, a, '00000000-0000-7000-8000-00000000ffff'];
    expect(await given.store.resetForRecrawl({ workItemIds })).toBe(2);
    expect(await given.store.resetForRecrawl({ workItemIds: [] })).toBe(0);
    expect((await given.store.getStats()).byStatus).toMatchObject({ pending: 2, completed: 1 });
  });

  test('by age: the bound itself is stale', async () => {
    const [old = '', edge = '', young = ''] = await givenItems(3, {}, 'completed');
    const day = 24 * hourAgo;
    for (const [id, ago] of [
      [old, day + hourAgo],
      [edge, day],
      [young, day - hourAgo],
    ] as const) {
      await given.db.q
        .updateTable('work_items')
        .set({ last_fetched_at: given.db.engine.nowPlus(-ago) })
        .where('work_item_id', '=', id)
        .execute();
    }
    expect(await given.store.resetForRecrawl({ staleDays: 1 })).toBe(2);
    expect(await statusesOf([young])).toEqual(['completed']);
  });

  test('in chunks: no transaction changes more than 500 items', async () => {
    await given.store.enqueueMany(Array.from({ length: 1_003 }, () => aWorkItem()));
    await given.db.q.updateTable('work_items').set({ status: 'completed' }).execute();
    const { db, changed } = watched(given.db);
    expect(await resetForRecrawl(db, { sourceName: 'sample' })).toBe(1_003);
    expect(changed).toEqual([500, 500, 3]);
  });
});
