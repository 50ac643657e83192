import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { conditionsOf } from '#lib/filters/asks.ts';
import type { FilterDefinition } from '#lib/filters/filter.ts';
import { contributedChange, contributedFilter } from '#test/contributed-code.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { type Outline, outlineOfTheHouse } from '#test/documented-code.ts';
import { aWorkItem } from '#test/factories.ts';
import { useStore } from '#test/queue-database.ts';
import { applyChange, groupChanged, undoChange } from './changes/apply.ts';
import type { ChangeDefinition } from './changes/change.ts';

let house: Outline;
let filter: FilterDefinition<string, unknown>;
let fetchFirst: ChangeDefinition<{ readonly action: 'fetch_first' }>;
beforeAll(async () => {
  house = await outlineOfTheHouse();
  const write = async (name: string, code: string) => {
    const file = path.join(house.directory, name);
    await writeFile(file, code);
    return import(file);
  };
  ({ filter } = await write('filter.ts', contributedFilter()));
  ({ fetchFirst } = await write('fetch-first.ts', contributedChange()));
});
afterAll(() => house.remove());

describe.each(contractEngines())('what CONTRIBUTING.md adds on $name', (engine) => {
  const given = useStore(engine);

  test('the filter finds the items it says', async () => {
    const [, deep] = await given.store.enqueueMany([
      aWorkItem({ depth: 1 }),
      aWorkItem({ depth: 2 }),
    ]);
    const conditions = conditionsOf(
      given.db.engine,
      (column) => sql.ref(`work_items.${column}`),
      filter,
      filter.schema.parse('2'),
    );
    for (const form of ['seek', 'test'] as const) {
      const found = await conditions
        .reduce(
          (query, condition) => query.where(condition[form]),
          given.db.q.selectFrom('work_items').select('work_item_id'),
        )
        .execute();
      expect(found.map((row) => row.work_item_id)).toEqual([deep]);
    }
    expect(filter.schema.safeParse('far').success).toBe(false);
  });

  test('the change takes what it says, and is undone', async () => {
    const [far = '', first = '', claimed = ''] = await given.store.enqueueMany([
      aWorkItem({ priority: 7 }),
      aWorkItem({ priority: 0 }),
      aWorkItem({ priority: 5 }),
    ]);
    await given.db.q
      .updateTable('work_items')
      .set({ status: 'completed' })
      .where('work_item_id', '=', claimed)
      .execute();
    const change = { action: 'fetch_first' } as const;
    const ids = [far, first, claimed];
    const { changed, refused } = await given.db.transaction((tx) =>
      applyChange(tx, fetchFirst, change, ids),
    );
    expect(changed.map((item) => item.work_item_id)).toEqual([far]);
    expect(refused).toEqual([
      { id: first, reason: 'unchanged' },
      { id: claimed, reason: 'completed' },
    ]);
    expect(await given.row(far)).toMatchObject({ priority: 0 });
    expect(fetchFirst.words.outcome(changed.length, change)).toBe('1 item was moved to the front');
    const [group] = groupChanged(changed);
    if (!group) throw new Error('nothing was changed');
    const undone = await given.db.transaction((tx) =>
      undoChange(tx, fetchFirst, change, group, '2999-01-01T00:00:00.000Z'),
    );
    expect(undone).toEqual([far]);
    expect(await given.row(far)).toMatchObject({ priority: 7 });
  });
});
