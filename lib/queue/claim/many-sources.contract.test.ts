import { describe, expect, test } from 'vitest';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { givenBlockedHost, givenRun, givenSource, useStore } from '#test/queue-database.ts';

const options = { owner: 'worker-1', leaseMs: 60_000 };
/** More than SQLite takes branches in a statement, and with the runs more than either takes parameters. */
const counts = { sqlite: { sources: 520, runs: 70 }, sqlserver: { sources: 120, runs: 20 } };

describe.each(contractEngines())(
  'claiming from many sources without a rate, on $name',
  (engine) => {
    const given = useStore(engine);
    const { sources, runs } = counts[engine.name];
    const name = (n: number) => `source-${String(n).padStart(3, '0')}`;
    const givenSources = async () => {
      for (let n = 0; n < sources; n += 1) await givenSource(given.db, { name: name(n) });
    };
    const claimedIds = async (limit: number) =>
      (await given.store.claimPolitely(limit, options)).items.map((item) => item.resourceId);

    test('takes the first of all of them, past runs and hosts that rest', async () => {
      await givenSources();
      const resting = await Promise.all(
        Array.from({ length: runs }, () => givenRun(given.db, { paused: true })),
      );
      await givenBlockedHost(given.db, 'blocked.example', 60_000);
      const items = Array.from({ length: sources }, (_, n) => [
        aWorkItem({
          sourceName: name(n),
          resourceId: `open-${n}`,
          priority: 10 + ((n * 37) % sources),
        }),
        aWorkItem({ sourceName: name(n), priority: 1, runId: resting[n % runs] ?? null }),
        aWorkItem({ sourceName: name(n), priority: 1, requestUri: 'https://blocked.example/' }),
      ]).flat();
      for (let at = 0; at < items.length; at += 300) {
        await given.store.enqueueMany(items.slice(at, at + 300));
      }
      const inOrder = items
        .filter(({ resourceId }) => resourceId.startsWith('open-'))
        .toSorted((a, b) => (a.priority ?? 0) - (b.priority ?? 0))
        .map(({ resourceId }) => resourceId);
      expect(await claimedIds(30)).toEqual(inOrder.slice(0, 30));
      expect(await claimedIds(sources)).toEqual(inOrder.slice(30, 30 + Math.min(sources, 500)));
    });

    test('takes nothing of those that whoever claims has enough of', async () => {
      const names = ['polite', 'Polite', 'free', "o'free €"];
      for (const [n, sourceName] of names.entries())
        await givenSource(given.db, { name: sourceName, rateDelayMs: n < 2 ? 60_000 : 0 });
      await given.store.enqueueMany(
        names.map((sourceName, n) => {
          const requestUri = `https://host-${n}.example/`;
          return aWorkItem({ sourceName, resourceId: sourceName, requestUri });
        }),
      );
      const claimed = async (...without: string[]) => {
        const { items, retryInMs } = await given.store.claimPolitely(9, {
          ...options,
          without: without.map((one) => ({ system: 'test', name: one })),
        });
        return { ids: items.map((item) => item.resourceId).toSorted(), retryInMs };
      };
      expect(await claimed(...names)).toEqual({ ids: [], retryInMs: null });
      expect((await claimed('Polite', "o'free €", 'unknown')).ids).toEqual(['free', 'polite']);
      expect((await claimed('free')).ids).toEqual(['Polite', "o'free €"].toSorted());
    });

    test('finds what stands behind a crowd in the last of them', async () => {
      await givenSources();
      const paused = await givenRun(given.db, { paused: true });
      const of = { sourceName: name(sources - 1) };
      await given.store.enqueueMany([
        ...Array.from({ length: 150 }, () => aWorkItem({ ...of, priority: 1, runId: paused })),
        ...Array.from({ length: sources - 1 }, (_, n) =>
          aWorkItem({ sourceName: name(n), runId: paused }),
        ),
        aWorkItem({ ...of, resourceId: 'behind' }),
      ]);
      expect(await claimedIds(5)).toEqual(['behind']);
      expect(await claimedIds(5)).toEqual([]);
    });
  },
);
