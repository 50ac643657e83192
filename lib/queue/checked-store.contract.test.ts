import { describe, expect, test } from 'vitest';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt, aWorkItem } from '#test/factories.ts';
import { useStore } from '#test/queue-database.ts';

const fence = { workItemId: '01980000-0000-7000-8000-000000000001', leaseId: 'none' };

describe.each(contractEngines())('what a caller gives the store on $name', (engine) => {
  const given = useStore(engine);
  const refused = (field: string) =>
    expect.objectContaining({
      code: 'input_invalid',
      message: expect.stringContaining(field),
      remedy: expect.stringMatching(/./),
    });

  test.each([Number.NaN, 1.5, 1e12, Number.NEGATIVE_INFINITY])(
    'is refused where %s is no count',
    async (value) => {
      const { store } = given;
      await expect(store.dequeue(value)).rejects.toEqual(refused('limit'));
      await expect(store.rescueExpired(value)).rejects.toEqual(refused('limit'));
      await expect(store.resetForRecrawl({ staleDays: value })).rejects.toEqual(
        refused('staleDays'),
      );
      await expect(store.resetForRecrawl({}, { priority: value })).rejects.toEqual(
        refused('priority'),
      );
      await expect(store.enqueue(aWorkItem({ priority: value }))).rejects.toEqual(
        refused('priority'),
      );
      expect(await given.count('work_items')).toBe(0);
    },
  );

  test.each([Number.NaN, -1, 1e12, Number.POSITIVE_INFINITY])(
    'is refused where %s is no time',
    async (value) => {
      const { store } = given;
      await expect(store.dequeue(1, { leaseMs: value })).rejects.toEqual(refused('leaseMs'));
      await expect(store.renewLease([fence], value)).rejects.toEqual(refused('leaseMs'));
      const failure = {
        fence,
        attempt: anAttempt(),
        errorCode: 'internal',
        errorMessage: 'x',
      } as const;
      await expect(
        store.fail({ ...failure, decision: { kind: 'retry', delayMs: value } }),
      ).rejects.toEqual(refused('delayMs'));
      await expect(
        store.fail({ ...failure, decision: { kind: 'give_up' }, blockHostMs: value }),
      ).rejects.toEqual(refused('blockHostMs'));
    },
  );

  test('days and long waits that there are are taken, fractions of a millisecond too', async () => {
    const { store } = given;
    await store.enqueue(aWorkItem());
    const [item] = await store.dequeue(1, { leaseMs: 1000.5 });
    if (!item) throw new Error('nothing was claimed');
    expect(await store.renewLease([item], 90_000.25)).toHaveLength(1);
    expect(
      await store.fail({
        fence: item,
        attempt: anAttempt({ durationMs: 12.75 }),
        errorCode: 'internal',
        errorMessage: 'x',
        decision: { kind: 'retry', delayMs: 300 * 24 * 3_600_000 + 0.5 },
      }),
    ).toMatchObject({ ok: true });
    expect(await store.resetForRecrawl({ staleDays: 3650 })).toBe(0);
  });

  test.each(['2026-02-31T00:00:00.000Z', '2026-13-01T00:00:00.000Z', '2026-01-31T25:00:00.000Z'])(
    'is refused where %s is no moment',
    async (moment) => {
      await expect(given.store.enqueue(aWorkItem({ availableAt: moment }))).rejects.toEqual(
        refused('availableAt'),
      );
      await expect(given.store.enqueue(aWorkItem({ changedAt: moment }))).rejects.toEqual(
        refused('changedAt'),
      );
    },
  );

  test('names the item of a batch that does not fit, and inserts none', async () => {
    const batch = [aWorkItem(), aWorkItem(), aWorkItem({ depth: 1.5 })];
    await expect(given.store.enqueueMany(batch)).rejects.toEqual(refused('items[2]: depth'));
    expect(await given.count('work_items')).toBe(0);
  });

  test('a link whose host fits no column is refused, and the page that has it is stored', async () => {
    const { store } = given;
    const long = `https://${Array.from({ length: 80 }, () => 'label').join('.')}.example/`;
    await expect(store.enqueue(aWorkItem({ requestUri: long }))).rejects.toMatchObject({
      code: 'field_too_long',
      message: expect.stringMatching(/host of requestUri/),
    });
    await store.enqueue(aWorkItem());
    const [item] = await store.dequeue(1);
    if (!item) throw new Error('nothing was claimed');
    const completed = await store.complete({
      fence: item,
      attempt: anAttempt(),
      record: null,
      validators: { etag: null, lastModified: null, revision: null },
      discovered: [aWorkItem({ requestUri: long }), aWorkItem()],
    });
    expect(completed).toMatchObject({ ok: true, discovered: 1 });
  });
});
