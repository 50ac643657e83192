import { describe, expect, test } from 'vitest';
import type { Db } from '#db/engine.ts';
import { DatabaseError } from '#db/errors.ts';
import { newClaimId } from '#lib/ids.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { claimOptions } from '#test/polite-claims.ts';
import { givenSource, useStore } from '#test/queue-database.ts';
import { createStateStore } from '../create-state-store.ts';

const lost = () =>
  new DatabaseError('db_connection_lost', 'The connection was cut.', { remedy: 'None.' });

describe.each(contractEngines())('a claim whose answer is lost, on $name', (engine) => {
  const given = useStore(engine);
  const enqueue = (count: number) =>
    given.store.enqueueMany(Array.from({ length: count }, () => aWorkItem()));

  /** The answer to each claim gets lost, after the database has made it. */
  const deafStore = () => {
    const { engine: of } = given.db;
    const deaf: Db = Object.create(given.db, {
      engine: {
        value: {
          ...of,
          claim: (...call: Parameters<typeof of.claim>) =>
            of.claim(...call).then(() => Promise.reject(lost())),
          claimPolitely: (...call: Parameters<typeof of.claimPolitely>) =>
            of.claimPolitely(...call).then(() => Promise.reject(lost())),
        },
      },
    });
    return createStateStore({ db: deaf });
  };

  test('is taken up by its id, in its order', async () => {
    await enqueue(12);
    const store = await deafStore();
    const claimed = await store.dequeue(5);
    expect(claimed).toHaveLength(5);
    expect(claimed.map(({ attempt }) => attempt)).toEqual(Array(5).fill(1));
    expect((await given.store.getStats()).byStatus.in_progress).toBe(5);
  });

  test('is taken up by a worker, which takes all of it for urgent', async () => {
    await givenSource(given.db, { rateDelayMs: 60_000 });
    await enqueue(3);
    const store = await deafStore();
    const claimId = newClaimId();
    const { items, underSlot, retryInMs } = await store.claimPolitely(5, {
      ...claimOptions,
      claimId,
    });
    expect(items).toHaveLength(1);
    expect(underSlot).toEqual(items);
    expect(retryInMs).toBe(0);
    expect(await given.store.claimedUnder(claimId)).toEqual(items);
    expect(await given.store.releaseSlot(items[0]?.leaseId ?? '', 0)).toBe(true);
  });

  test('that was never made is its fault', async () => {
    const store = await deafStore();
    await expect(store.dequeue(5)).rejects.toMatchObject({ code: 'db_connection_lost' });
    await expect(store.claimPolitely(5, claimOptions)).rejects.toMatchObject({
      code: 'db_connection_lost',
    });
  });

  test('nothing stands under the id of another claim', async () => {
    await enqueue(3);
    await given.store.dequeue(3);
    expect(await given.store.claimedUnder(newClaimId())).toEqual([]);
  });
});
