import { describe, expect, test } from 'vitest';
import { newId } from '#lib/ids.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '../factories.ts';
import { useStore } from '../queue-database.ts';

describe.each(contractEngines())('producers and keys on $name', (engine) => {
  const given = useStore(engine);
  const storedIds = async () =>
    (await given.db.q.selectFrom('work_items').select('work_item_id').execute()).map(
      (row) => row.work_item_id,
    );

  test('of producers that collide, each is told exactly the ids that are its own in the table', async () => {
    const other = await given.another();
    const batchOf = () =>
      Array.from({ length: 90 }, (_, n) => aWorkItem({ resourceId: `r${n}`, workItemId: newId() }));
    const told = await Promise.all(
      [given.store, other.store, given.store, other.store].map((store) =>
        store.enqueueMany(batchOf()),
      ),
    );
    expect(told.flat().toSorted()).toEqual((await storedIds()).toSorted());
    expect(told.flat()).toHaveLength(90);
  });

  test('of producers of one item, one is told that it was inserted', async () => {
    const other = await given.another();
    const told = await Promise.all(
      [given.store, other.store, given.store, other.store].map((store) =>
        store.enqueue(aWorkItem({ resourceId: 'wanted by all' })),
      ),
    );
    expect(told.filter((inserted) => inserted)).toHaveLength(1);
    expect(await storedIds()).toHaveLength(1);
  });

  test.each([
    ['case', 'Star_Wars', 'star_wars'],
    ['accent', 'Émile', 'Emile'],
    ['width', 'Ａ１', 'A1'],
    ['Unicode normalisation form', '\u00e9', 'e\u0301'],
    ['ligature', 'ﬁn', 'fin'],
    ['kana', 'カタ', 'かた'],
    ['sharp s', 'straße', 'strasse'],
    ['Turkish i', 'İ', 'i'],
    ['an astral character', '𝒳', 'X'],
    ['a character that sorts as nothing', 'a\u200bb', 'ab'],
    ['blanks inside', 'a  b', 'a b'],
  ])(
    'keys that differ in %s alone are two items, in one batch and one after the other',
    async (_what, a, b) => {
      expect(
        await given.store.enqueueMany([a, b].map((resourceId) => aWorkItem({ resourceId }))),
      ).toHaveLength(2);
      expect(await given.store.enqueue(aWorkItem({ resourceId: a }))).toBe(false);
      expect(await given.store.enqueue(aWorkItem({ resourceId: b }))).toBe(false);
      expect(await given.store.exists(`test:sample:page:${a}`)).toBe(true);
      expect(await given.store.exists(`test:sample:page:${b.toUpperCase()}~`)).toBe(false);
    },
  );

  test.each(['a ', ' a', 'a\u00a0', 'a\t', '\u3000a', 'a\n'])(
    'a blank at an end (%j) is refused, because the databases would compare it differently',
    async (resourceId) => {
      await given.store.enqueue(aWorkItem({ resourceId: 'a' }));
      await expect(given.store.enqueue(aWorkItem({ resourceId }))).rejects.toMatchObject({
        code: 'resource_id_invalid',
      });
      expect(await storedIds()).toHaveLength(1);
    },
  );

  test('identities are told apart by their parts, not by where a colon falls', async () => {
    const ids = await given.store.enqueueMany([
      aWorkItem({ resourceType: 'page', resourceId: 'a:b' }),
      aWorkItem({ resourceType: 'page', resourceId: 'a' }),
    ]);
    expect(ids).toHaveLength(2);
    await expect(
      given.store.enqueue(aWorkItem({ resourceType: 'page:a', resourceId: 'b' })),
    ).rejects.toMatchObject({ code: 'input_invalid' });
  });
});
