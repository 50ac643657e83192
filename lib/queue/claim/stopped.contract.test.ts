import { describe, expect, test } from 'vitest';
import { type Actor, systemActor } from '#lib/actor/model.ts';
import { newId } from '#lib/ids.ts';
import { readStop } from '#lib/stops/read-stop.ts';
import { goOn, stopEverything, stopInputSchema } from '#lib/stops/stop-everything.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { politeClaims } from '#test/polite-claims.ts';
import { givenSource, useStore } from '#test/queue-database.ts';

const actor = systemActor('test');
const viewer: Actor = { userId: newId(), email: 'view@example.org', role: 'viewer' };
const input = { reason: 'the site complains', inFlight: 'finish', end: null } as const;

describe.each(contractEngines())('while everything is stopped on $name', (engine) => {
  const given = useStore(engine);
  const { claim, enqueue } = politeClaims(given);

  test('no claim of either sort finds anything, and another look is due within a second', async () => {
    await givenSource(given.db);
    await givenSource(given.db, { name: 'polite', rateDelayMs: 1_000 });
    await enqueue(2);
    await enqueue(1, { sourceName: 'polite', requestUri: 'https://site.example/' });
    await stopEverything(given.db, actor, input);
    const stopped = await claim();
    expect(stopped.items).toEqual([]);
    expect(stopped.retryInMs).toBeGreaterThan(0);
    expect(stopped.retryInMs).toBeLessThanOrEqual(1_000);
    expect(await given.store.dequeue(5)).toEqual([]);
    await goOn(given.db, actor);
    expect((await claim()).items).toHaveLength(3);
  });

  test('it goes on by itself when its time is over', async () => {
    await givenSource(given.db);
    await enqueue(2);
    const stop = await stopEverything(given.db, actor, { ...input, end: { minutes: 60 } });
    expect(Date.parse(stop.until ?? '') - Date.parse(stop.stoppedAt)).toBeCloseTo(3_600_000, -4);
    expect(await given.store.dequeue(1)).toEqual([]);
    await given.db.q
      .updateTable('stops')
      .set({ until: given.db.engine.nowPlus(-1) })
      .execute();
    expect(await readStop(given.db)).toBeNull();
    expect(await given.store.dequeue(1)).toHaveLength(1);
    expect((await claim()).items).toHaveLength(1);
  });

  test('another stop takes its place, and one press ends it', async () => {
    await stopEverything(given.db, actor, input);
    const second = await stopEverything(given.db, actor, { ...input, reason: 'two' });
    expect(await readStop(given.db)).toEqual(second);
    await goOn(given.db, actor);
    await goOn(given.db, actor);
    expect(await readStop(given.db)).toBeNull();
    const entries = await given.db.q
      .selectFrom('audit_log')
      .select(['action', 'summary'])
      .orderBy('audit_id')
      .execute();
    expect(entries).toEqual([
      { action: 'work.stop', summary: 'Stopped everything: the site complains' },
      { action: 'work.stop', summary: 'Stopped everything: two' },
      { action: 'work.go-on', summary: 'Let everything go on' },
    ]);
  });

  test('an end that is past or years away is refused, and so is whoever only looks', async () => {
    for (const at of ['2001-01-01T00:00:00Z', '2999-01-01T00:00:00Z']) {
      await expect(
        stopEverything(given.db, actor, { ...input, end: { at } }),
      ).rejects.toMatchObject({ code: 'input_invalid', fields: { end: expect.any(String) } });
    }
    await expect(stopEverything(given.db, viewer, input)).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(goOn(given.db, viewer)).rejects.toMatchObject({ code: 'forbidden' });
    expect(stopInputSchema.safeParse({ ...input, reason: '  ' }).success).toBe(false);
    expect(await given.count('stops')).toBe(0);
  });
});
