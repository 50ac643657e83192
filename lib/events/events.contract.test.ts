import { describe, expect, test } from 'vitest';
import { newId } from '#lib/ids.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { useStore } from '#test/queue-database.ts';
import { followEvents, latestEvents, listEvents } from './list-events.ts';
import type { NewEvent } from './model.ts';
import { recordEvents } from './record-events.ts';

describe.each(contractEngines())('events on $name', (engine) => {
  const given = useStore(engine);
  const write = (...events: NewEvent[]) => given.db.transaction((tx) => recordEvents(tx, events));
  const said = (message: string, over: Partial<NewEvent> = {}): NewEvent => ({
    kind: 'item.failed',
    message,
    ...over,
  });
  const messages = async (query: Parameters<typeof listEvents>[1] = {}) =>
    (await listEvents(given.db, query)).events.map((event) => event.message);

  test('come back as they were written, with the level of their kind', async () => {
    const runId = newId();
    const workItemId = newId();
    await write({
      kind: 'item.retried',
      message: 'Asked again in 3 s.',
      runId,
      workItemId,
      sourceName: 'sample',
      workerId: 'w:1',
      host: 'source.example',
      data: { attempt: 2 },
    });
    expect((await listEvents(given.db)).events).toEqual([
      {
        eventId: expect.any(Number),
        at: expect.stringMatching(/^\d{4}-.*Z$/),
        kind: 'item.retried',
        level: 'warn',
        message: 'Asked again in 3 s.',
        runId,
        sourceName: 'sample',
        workItemId,
        workerId: 'w:1',
        host: 'source.example',
        data: { attempt: 2 },
      },
    ]);
  });

  test('commit with what they tell, or not at all', async () => {
    const failing = given.db.transaction(async (tx) => {
      await recordEvents(tx, [said('never happened')]);
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    await write(said('happened'));
    expect(await messages()).toEqual(['happened']);
  });

  test('are followed from the place read last, page by page', async () => {
    await write(...Array.from({ length: 5 }, (_, index) => said(`event ${index}`)));
    const first = await listEvents(given.db, { limit: 2 });
    expect(first.events.map(({ message }) => message)).toEqual(['event 0', 'event 1']);
    expect(first.more).toBe(true);
    const rest = await listEvents(given.db, { after: first.searchedTo ?? 0 });
    expect(rest.events.map(({ message }) => message)).toEqual(['event 2', 'event 3', 'event 4']);
    expect(rest.more).toBe(false);
    expect(await listEvents(given.db, { after: rest.searchedTo ?? 0 })).toEqual({
      events: [],
      searchedTo: null,
      more: false,
    });
  });

  test('become visible in the order of their ids, whoever writes them', async () => {
    const another = await given.another();
    const dbs = [given.db, another.db];
    const seen: number[] = [];
    let writing = true;
    const follow = async () => {
      for (let last = false; ; ) {
        const page = await listEvents(given.db, { after: seen.at(-1) });
        seen.push(...page.events.map(({ eventId }) => eventId));
        if (last && page.events.length === 0) return;
        last = !writing;
        // The embedded engine answers without leaving this turn of the event loop; the writers need one.
        await new Promise((resume) => setImmediate(resume));
      }
    };
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let turn = 0; turn < 10; turn += 1) {
        const events = [said(`${writer}.${turn}`), said(`${writer}.${turn} too`)];
        await dbs[writer % 2]?.transaction((tx) => recordEvents(tx, events));
      }
    });
    const following = follow();
    await Promise.all(writers);
    writing = false;
    await following;
    expect(seen).toHaveLength(160);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(new Set(seen).size).toBe(160);
  });

  /** Records `first` in a transaction that stays open while `second` is recorded by another. */
  const writeBoth = async (
    first: NewEvent,
    second: NewEvent,
    meanwhile: () => Promise<unknown>,
    end: () => void = () => undefined,
  ) => {
    const written = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const one = given.db.transaction(async (tx) => {
      await recordEvents(tx, [first]);
      written.resolve();
      await go.promise;
      end();
    });
    await written.promise;
    const other = write(second);
    await meanwhile();
    go.resolve();
    return [await one.catch((error: unknown) => error), await other];
  };

  test('that commit late are not passed over', async () => {
    await write(said('before'));
    const { searchedTo: after } = await listEvents(given.db);
    const place = { after: after ?? 0 };
    await writeBoth(said('late'), said('early'), async () => {
      expect((await listEvents(given.db, place)).events).toEqual([]);
      expect((await latestEvents(given.db)).events[0]?.message).toBe('before');
    });
    expect(await messages(place)).toEqual(['late', 'early']);
  });

  test('that are taken back hold up what came after them for a minute at most', async () => {
    await write(said('before'));
    const failure = new Error('taken back');
    const [outcome] = await writeBoth(
      said('never'),
      said('after'),
      async () => undefined,
      () => {
        throw failure;
      },
    );
    expect(outcome).toBe(failure);
    await given.db.q
      .updateTable('events')
      .set({ at: given.db.engine.nowPlus(-61_000) })
      .execute();
    expect(await messages()).toEqual(['before', 'after']);
  });

  test('of one run and of some kinds are found without the others', async () => {
    const runId = newId();
    await write(
      said('another run', { runId: newId() }),
      said('first', { runId }),
      { kind: 'run.paused', message: 'paused', runId },
      said('second', { runId }),
    );
    expect(await messages({ runId })).toEqual(['first', 'paused', 'second']);
    const paused = await listEvents(given.db, { runId, kinds: ['run.paused'] });
    expect(paused.events.map(({ message }) => message)).toEqual(['paused']);
    const all = await listEvents(given.db);
    expect(paused).toMatchObject({ searchedTo: all.events.at(-1)?.eventId, more: false });
  });

  test('a rare kind is searched for by portions', async () => {
    await write({ kind: 'item.rescued', message: 'old' });
    for (let chunk = 0; chunk < 6; chunk += 1) {
      await write(...Array.from({ length: 1_000 }, () => said('noise')));
    }
    await write({ kind: 'item.rescued', message: 'new' });
    const kinds = ['item.rescued'] as const;
    const first = await listEvents(given.db, { kinds });
    expect(first).toMatchObject({ events: [{ message: 'old' }], more: true });
    const second = await listEvents(given.db, { kinds, after: first.searchedTo ?? 0 });
    expect(second).toMatchObject({ events: [{ message: 'new' }], more: false });
    const back = await latestEvents(given.db, { kinds });
    expect(back).toMatchObject({ events: [{ message: 'new' }], more: true });
    expect(await latestEvents(given.db, { kinds, before: back.searchedTo ?? 0 })).toMatchObject({
      events: [{ message: 'old' }],
      more: false,
    });
  });

  test('are looked back at from the newest', async () => {
    await write(said('a'), said('b'), said('c'));
    const page = await latestEvents(given.db, { limit: 2 });
    expect(page.events.map(({ message }) => message)).toEqual(['c', 'b']);
    const before = page.searchedTo ?? 0;
    expect((await latestEvents(given.db, { before })).events).toMatchObject([{ message: 'a' }]);
  });

  test('are purged beyond the retention, the oldest first', async () => {
    await write(said('a'), said('b'), said('c'));
    const day = 86_400_000;
    const purge = async (mostRows: number) => {
      const request = { kind: 'events', olderThanMs: day, mostRows, after: null } as const;
      const { gone } = await given.db.transaction((tx) => tx.engine.purge(tx, request));
      return gone;
    };
    expect(await purge(1_000)).toBe(0);
    expect(await purge(2)).toBe(1);
    expect(await messages()).toEqual(['b', 'c']);
    await given.db.q
      .updateTable('events')
      .set({ at: given.db.engine.nowPlus(-2 * day) })
      .where('message', '=', 'b')
      .execute();
    expect(await purge(1_000)).toBe(1);
    expect(await messages()).toEqual(['c']);
  });

  test('are followed from a place on, each once, until nobody listens any more', async () => {
    const runId = newId();
    await write(said('before'), said('first', { runId }), said('of another run'));
    const { events } = await listEvents(given.db);
    const after = events.find(({ message }) => message === 'before')?.eventId;
    const listener = new AbortController();
    const heard: string[] = [];
    for await (const some of followEvents(given.db, {
      runId,
      after,
      signal: listener.signal,
      everyMs: 5,
    })) {
      heard.push(...some.map(({ message }) => message));
      if (heard.length === 1 && some.length === 0) await write(said('second', { runId }));
      if (heard.length === 2 && some.length === 0) listener.abort();
    }
    expect(heard).toEqual(['first', 'second']);
  });
});
