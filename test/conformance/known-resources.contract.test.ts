import type { KyselyPlugin } from 'kysely';
import { describe, expect, test } from 'vitest';
import { getKnownResources } from '#lib/queue/known-resources.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '../factories.ts';
import { useStore } from '../queue-database.ts';

describe.each(contractEngines())('known resources on $name', (engine) => {
  const given = useStore(engine);

  /** A session that notes how many rows each query brought into this process. */
  const watched = () => {
    const sizes: number[] = [];
    const plugin: KyselyPlugin = {
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        sizes.push(result.rows.length);
        return result;
      },
    };
    return { sizes, session: { q: given.db.q.withPlugin(plugin), engine: given.db.engine } };
  };

  test('are streamed: a page is read when it is wanted, and never more than 500 items at once', async () => {
    await given.store.enqueueMany(Array.from({ length: 1_750 }, () => aWorkItem()));
    const { sizes, session } = watched();
    const stream = getKnownResources(session);
    expect(sizes).toEqual([]);
    await stream.next();
    expect(sizes).toEqual([500]);
    let streamed = 1;
    for await (const _item of stream) streamed += 1;
    expect(streamed).toBe(1_750);
    expect(sizes).toEqual([500, 500, 500, 250]);
  });

  test('whoever has seen enough reads no further', async () => {
    await given.store.enqueueMany(Array.from({ length: 700 }, () => aWorkItem()));
    const { sizes, session } = watched();
    for await (const _item of getKnownResources(session)) break;
    expect(sizes).toEqual([500]);
  });

  test('an item enqueued while they are streamed neither stops nor doubles anything', async () => {
    const ids = await given.store.enqueueMany(Array.from({ length: 600 }, () => aWorkItem()));
    const seen: string[] = [];
    for await (const item of given.store.getKnownResources()) {
      if (seen.length === 10) await given.store.enqueue(aWorkItem());
      seen.push(item.workItemId);
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(ids));
  });

  test('of a source are its own, not those of one whose name differs in case', async () => {
    for (const sourceName of ['wiki', 'Wiki']) await given.store.enqueue(aWorkItem({ sourceName }));
    const seen: string[] = [];
    for await (const item of given.store.getKnownResources({ sourceName: 'wiki' })) {
      seen.push(item.sourceName);
    }
    expect(seen).toEqual(['wiki']);
  });
});
