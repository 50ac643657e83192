import { describe, expect, test } from 'vitest';
import { newId } from '#lib/ids.ts';
import { columnLengths } from '#lib/queue/dedupe-key.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '../factories.ts';
import { useStore } from '../queue-database.ts';

/** Text of exactly so many UTF-16 code units, not all of them one byte. */
const textOf = (length: number) => 'é'.repeat(length);
const texts = [
  'sourceSystem',
  'sourceName',
  'resourceType',
  'resourceId',
  'requestMethod',
] as const;
const uriOf = (length: number) => 'https://x.example/'.padEnd(length, 'u');

describe.each(contractEngines())('lengths on $name', (engine) => {
  const given = useStore(engine);

  test.each(texts)(
    'the longest %s is stored uncut, and one character more is refused',
    async (field) => {
      const most = columnLengths[field];
      const workItemId = newId();
      expect(await given.store.enqueue(aWorkItem({ workItemId, [field]: textOf(most) }))).toBe(
        true,
      );
      expect(await given.store.getWorkItem(workItemId)).toMatchObject({ [field]: textOf(most) });
      await expect(
        given.store.enqueue(aWorkItem({ [field]: textOf(most + 1) })),
      ).rejects.toMatchObject({ code: 'field_too_long', fields: { [field]: expect.any(String) } });
      expect(await given.count('work_items')).toBe(1);
    },
  );

  test('the longest address is stored uncut, and one character more is refused', async () => {
    const workItemId = newId();
    await given.store.enqueue(aWorkItem({ workItemId, requestUri: uriOf(2000) }));
    expect((await given.store.getWorkItem(workItemId))?.requestUri).toBe(uriOf(2000));
    await expect(given.store.enqueue(aWorkItem({ requestUri: uriOf(2001) }))).rejects.toMatchObject(
      { code: 'field_too_long' },
    );
  });

  test('the longest key is stored, and keys that differ in its last character are two', async () => {
    const parts = {
      sourceSystem: 's'.repeat(100),
      sourceName: 'n'.repeat(100),
      resourceType: 't'.repeat(100),
    };
    const ids = ['a', 'A', 'b'].map((last) => `${'é'.repeat(499)}${last}`);
    const items = ids.map((resourceId) => aWorkItem({ ...parts, resourceId }));
    expect(await given.store.enqueueMany(items)).toHaveLength(3);
    expect(await given.store.enqueueMany(items)).toEqual([]);
  });

  test.each([3_999, 4_000, 4_001, 350_000])(
    'a text without a limit is stored whole at %i characters',
    async (length) => {
      const ids = [newId(), newId(), newId()];
      const [plain, coded] = ['☃'.repeat(length), '"\\'.repeat(length / 2)];
      await given.store.enqueueMany([
        aWorkItem({ workItemId: ids[0] ?? '', requestBody: plain, metadata: { plain } }),
        aWorkItem({ workItemId: ids[1] ?? '', requestBody: coded, requestHeaders: { coded } }),
        aWorkItem({ workItemId: ids[2] ?? '' }),
      ]);
      const [a, b, c] = await Promise.all(ids.map((id) => given.store.getWorkItem(id)));
      // Compared here, because a failed assertion would print both texts.
      expect([a?.requestBody === plain, a?.metadata?.['plain'] === plain]).toEqual([true, true]);
      expect([b?.requestBody === coded, b?.requestHeaders?.['coded'] === coded]).toEqual([
        true,
        true,
      ]);
      expect([c?.requestBody, c?.metadata, c?.requestHeaders]).toEqual([null, null, null]);
    },
  );
});
