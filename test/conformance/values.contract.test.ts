import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newId } from '#lib/ids.ts';
import type { JsonObject } from '#lib/json.ts';
import type { NewWorkItem } from '#lib/queue/model.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '../factories.ts';
import { useStore } from '../queue-database.ts';

/** What JSON makes of a value: `-0` is `0` in it. */
const asStored = (value: object): JsonObject =>
  // JSON.parse of an object's text yields exactly the JsonObject shape.
  JSON.parse(JSON.stringify(value)) as JsonObject;

describe.each(contractEngines())('values on $name', (engine) => {
  const given = useStore(engine);
  const roundTrip = async (items: readonly NewWorkItem[]) => {
    await given.store.enqueueMany(items);
    return Promise.all(items.map(({ workItemId = '' }) => given.store.getWorkItem(workItemId)));
  };

  test('any JSON comes back as it was given', async () => {
    const text = fc.string({ unit: 'binary' });
    const json = fc.dictionary(text, fc.jsonValue({ stringUnit: 'binary' }));
    const drawn = fc.sample(json, 150).map(asStored);
    const byHand: JsonObject[] = [
      {},
      { '': '' },
      { 'a"b\\c': '\u0000\u0001\b\f\n\r\t\u007f\u2028' },
      { numbers: [0, 1e-7, 1e21, 0.1, Number.MAX_SAFE_INTEGER, -1] },
      { deep: [[[[[[{ a: [null, true, false] }]]]]]] },
      { "it's": '$(schema) GO -- /* @p0 ? :a' },
      { lone: '\ud800' },
    ];
    const all = [...byHand, ...drawn];
    const items = all.map((metadata) => aWorkItem({ workItemId: newId(), metadata }));
    expect((await roundTrip(items)).map((item) => item?.metadata)).toEqual(all);
  });

  test('headers come back with their names as they were written', async () => {
    const requestHeaders = { Accept: 'a/b', accept: 'c', 'X-Ünïcode': '☃ "quoted" \\ end' };
    const [item] = await roundTrip([aWorkItem({ workItemId: newId(), requestHeaders })]);
    expect(item?.requestHeaders).toEqual(requestHeaders);
  });

  test('what is absent is null, and an empty text is no null', async () => {
    const [absent, empty] = await roundTrip([
      aWorkItem({ workItemId: newId() }),
      aWorkItem({ workItemId: newId(), requestBody: '' }),
    ]);
    const nulls = [
      'requestHeaders',
      'requestBody',
      'metadata',
      'runId',
      'discoveredFrom',
      'errorMessage',
      'errorCode',
      'leaseId',
      'leaseOwner',
      'leaseUntil',
      'claimedAt',
      'waitReason',
      'lastHttpStatus',
      'etag',
      'lastModified',
      'revision',
      'contentHash',
      'lastFetchedAt',
      'lastChangedAt',
      'nextFetchAt',
    ] as const;
    for (const name of nulls) expect(absent?.[name], name).toBeNull();
    expect(empty?.requestBody).toBe('');
  });

  test('a time is true to the millisecond, whichever it is', async () => {
    const times = Array.from({ length: 250 }, (_, n) => {
      const ms = String((n * 4 + (n % 4)) % 1000).padStart(3, '0');
      return `2031-12-31T23:59:59.${ms}Z`;
    });
    const items = times.map((availableAt) => aWorkItem({ workItemId: newId(), availableAt }));
    expect((await roundTrip(items)).map((item) => item?.availableAt)).toEqual(times);
  });

  test('times of one operation are one moment of the database’s clock', async () => {
    await given.store.enqueueMany(Array.from({ length: 20 }, () => aWorkItem()));
    const claimed = await given.store.dequeue(20, { leaseMs: 12_345 });
    expect(new Set(claimed.map((item) => item.claimedAt)).size).toBe(1);
    expect(new Set(claimed.map((item) => item.createdAt)).size).toBe(1);
    for (const item of claimed) {
      expect(item.claimedAt).toBe(item.updatedAt);
      expect(item.claimedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
  });
});
