import { type RawBuilder, sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { contractEngines } from '#test/db/contract-engines.ts';
import { codeOf } from '#test/documented-code.ts';
import { aWorkItem } from '#test/factories.ts';
import { useStore } from '#test/queue-database.ts';

const recipes = codeOf('docs/queue.md').filter(({ language }) => language.startsWith('sql '));

test('every recipe stands there once for each engine', () => {
  const of = (engine: string) =>
    recipes.filter(({ language }) => language === `sql ${engine}`).map(({ heading }) => heading);
  expect(of('sqlserver')).toEqual(of('sqlite'));
  expect(new Set(of('sqlite')).size).toBe(recipes.length / 2);
  expect(of('sqlite')).toContain('Enqueue');
});

describe.each(contractEngines())('the recipes of docs/queue.md on $name', (engine) => {
  const given = useStore(engine);

  /** Runs a recipe as it stands there, but for the schema. */
  const run = async (heading: string) => {
    const recipe = recipes.find(
      (one) => one.heading === heading && one.language === `sql ${engine.name}`,
    );
    if (!recipe) throw new Error(`docs/queue.md has no recipe ${heading}`);
    const table = given.db.engine.table('work_items');
    const [head = '', ...rest] = recipe.code.split('ingest.work_items');
    const statement = rest.reduce<RawBuilder<unknown>>(
      (text, part) => sql`${text}${table}${sql.raw(part)}`,
      sql.raw(head),
    );
    const { rows } = await sql<Record<string, unknown>>`${statement}`.execute(given.db.q);
    return rows;
  };

  /** Completed items of the wiki, fetched so many days ago; null = by an earlier system, long ago. */
  const givenCompleted = async (resourceId: string, daysAgo: number | null) => {
    const item = aWorkItem({ sourceSystem: 'mediawiki', sourceName: 'wookieepedia', resourceId });
    const [id = ''] = await given.store.enqueueMany([item]);
    const at = given.db.engine.nowPlus(-(daysAgo ?? 400) * 24 * 60 * 60_000);
    await given.db.q
      .updateTable('work_items')
      .set({ status: 'completed', attempt: 1, updated_at: at })
      .set({ last_fetched_at: daysAgo === null ? null : at })
      .where('work_item_id', '=', id)
      .execute();
    return id;
  };

  const totalsAreExact = async () =>
    expect(await given.db.engine.reconcileTotals(given.db)).toEqual([]);

  describe('with completed items of a source', () => {
    let ids: { old: string; fresh: string; earlier: string };
    beforeEach(async () => {
      ids = {
        old: await givenCompleted('Old', 31),
        fresh: await givenCompleted('Fresh', 29),
        earlier: await givenCompleted('Earlier', null),
      };
      await given.store.enqueue(aWorkItem({ sourceName: 'another', resourceId: 'Old' }));
    });

    test('statistics count what the store counts', async () => {
      const rows = await run('Statistics');
      const counted = rows.map((row) => ({ ...row, items: Number(row['items']) }));
      expect(counted).toEqual([
        {
          source_system: 'mediawiki',
          source_name: 'wookieepedia',
          status: 'completed',
          items: 3,
        },
        { source_system: 'test', source_name: 'another', status: 'pending', items: 1 },
      ]);
      const { byStatus } = await given.store.getStats();
      expect([byStatus.completed, byStatus.pending]).toEqual([3, 1]);
    });

    test('known resources are those of the source, in the order of their ids', async () => {
      const rows = await run('Known resources');
      expect(rows.map((row) => row['work_item_id'])).toEqual([ids.old, ids.fresh, ids.earlier]);
    });

    test('stale items are those fetched more than 30 days ago, an earlier system’s too', async () => {
      const rows = await run('Stale items');
      expect(rows.map((row) => row['resource_id'])).toEqual(['Earlier', 'Old']);
    });

    test('a reset sends the stale ones round again, and passes over what a person took out', async () => {
      for (const refetch of ['never', 'retired']) {
        const id = await givenCompleted(refetch, 50);
        await given.db.q
          .updateTable('work_items')
          .set({ refetch })
          .where('work_item_id', '=', id)
          .execute();
      }
      await run('Reset for recrawl');
      await totalsAreExact();
      const claimed = await given.store.dequeue(10);
      const again = claimed.filter((item) => item.sourceName === 'wookieepedia');
      expect(again.map((item) => item.resourceId).sort()).toEqual(['Earlier', 'Old']);
      expect(again.map((item) => item.attempt)).toEqual([1, 1]);
      await run('Reset for recrawl');
      expect(await given.store.dequeue(10)).toEqual([]);
    });
  });

  test('enqueuing inserts what is absent, and the store knows it from then on', async () => {
    const item = (resourceId: string) =>
      aWorkItem({ sourceSystem: 'http', sourceName: 'api', resourceType: 'record', resourceId });
    expect(await given.store.enqueue(item('rec_1'))).toBe(true);
    await run('Enqueue');
    await run('Enqueue');
    expect(await given.count('work_items')).toBe(2);
    expect(await given.store.enqueue(item('rec_2'))).toBe(false);
    await totalsAreExact();

    const [, second] = await given.store.dequeue(10);
    expect(second).toMatchObject({
      resourceId: 'rec_2',
      requestUri: 'https://api.example.org/records/rec_2',
      dedupeKey: 'http:api:record:rec_2',
      host: 'api.example.org',
      attempt: 1,
    });
    expect(second?.workItemId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });
});
