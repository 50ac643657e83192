/** The list of items for whoever sees some sources: the same in every order and by every filter, with its count. */
import { beforeEach, describe, expect, it } from 'vitest';
import { workItemStatuses } from '#db/schema.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { useStore } from '#test/queue-database.ts';
import { countWorkItems, listWorkItems } from './list.ts';
import { parseWorkItemQuery } from './query.ts';
import { workItemSorts } from './sorts.ts';

const names = ['laws', 'Laws', 'news', 'wiki'] as const;
const perSource = 5;

describe.each(contractEngines())('items of some sources on $name', (engine) => {
  const given = useStore(engine);
  beforeEach(async () => {
    for (const sourceName of names) {
      await given.store.enqueueMany(
        workItemStatuses.map((status) => aWorkItem({ sourceName, resourceId: `of ${status}` })),
      );
    }
    for (const status of workItemStatuses) {
      await given.db.q
        .updateTable('work_items')
        .set({
          status,
          ...(status === 'completed' ? { last_fetched_at: given.db.engine.nowPlus(-1_000) } : {}),
        })
        .where('resource_id', '=', `of ${status}`)
        .execute();
    }
  });

  /** Page by page, so that cursors are tried too. */
  const all = async (raw: Readonly<Record<string, string>>, sight: readonly string[]) => {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const { query } = parseWorkItemQuery({ ...raw, ...(cursor ? { cursor } : {}) });
      const page = await listWorkItems(given.db, query, { limit: 3, sight });
      found.push(...page.rows.map((row) => `${row.sourceName} ${row.status}`));
      cursor = page.next ?? undefined;
    } while (cursor);
    return found.toSorted();
  };
  const expected = (of: readonly string[], statuses: readonly string[] = workItemStatuses) =>
    of.flatMap((name) => statuses.map((status) => `${name} ${status}`)).toSorted();
  const count = (raw: Readonly<Record<string, string>>, sight: readonly string[]) =>
    countWorkItems(given.db, parseWorkItemQuery(raw).query.filter, sight);

  it.each(workItemSorts)('has all of them and no others by %s', async (sort) => {
    for (const dir of ['asc', 'desc']) {
      expect(await all({ sort, dir }, ['laws', 'news'])).toEqual(expected(['laws', 'news']));
    }
  });

  it('keeps to them by every filter, and counts what it lists', async () => {
    const sight = ['laws', 'wiki'];
    const many = [...sight, ...Array.from({ length: 40 }, (_, at) => `more ${at}`)];
    for (const seen of [sight, many]) {
      const some = { status: 'failed,skipped' };
      expect(await all(some, seen)).toEqual(expected(sight, ['failed', 'skipped']));
      expect(await count(some, seen)).toEqual({ kind: 'exact', count: 4 });
      expect(await all({ q: 'of' }, seen)).toEqual(expected(sight));
      expect(await all({ resource: 'of' }, seen)).toEqual(expected(sight));
      expect(await all({ source: 'wiki' }, seen)).toEqual(expected(['wiki']));
      expect(await all({ source: 'news' }, seen)).toEqual([]);
      expect(await count({ source: 'news' }, seen)).toEqual({ kind: 'exact', count: 0 });
      expect(await count({}, seen)).toEqual({ kind: 'exact', count: 2 * perSource });
      expect(await all({ fetched_from: '2020-01-01' }, seen)).toEqual(
        expected(sight, ['completed']),
      );
    }
  });

  it('has nothing for whoever sees no source', async () => {
    expect(await all({}, [])).toEqual([]);
    expect(await count({ status: 'failed' }, [])).toEqual({ kind: 'exact', count: 0 });
  });
});
