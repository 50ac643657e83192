import { describe, expect, test } from 'vitest';
import { newId } from '#lib/ids.ts';
import type { NewWorkItem } from '#lib/queue/model.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { givenRun, givenSource, useStore } from '#test/queue-database.ts';
import { getWorkItemDetail } from '../detail.ts';

describe.each(contractEngines())('why an item waits on $name', (engine) => {
  const given = useStore(engine);
  const waitingOf = async (id: string) => {
    const detail = await getWorkItemDetail(given.db, id);
    if (!detail) throw new Error(`no item ${id}`);
    return detail.waiting;
  };
  const enqueueOne = async (over: Partial<NewWorkItem> = {}) => {
    const workItemId = newId();
    await given.store.enqueue(aWorkItem({ workItemId, ...over }));
    return workItemId;
  };
  const reasonsOf = async (id: string) =>
    (await waitingOf(id)).reasons.filter(({ code }) => code !== 'no_workers');

  test('its place is counted in its own source, in the order of claims', async () => {
    await givenSource(given.db);
    await givenSource(given.db, { name: 'other' });
    await given.store.enqueueMany(Array.from({ length: 3 }, () => aWorkItem({ priority: 1 })));
    await given.store.enqueueMany(Array.from({ length: 9 }, () => aWorkItem({ priority: 900 })));
    await given.store.enqueueMany(
      Array.from({ length: 9 }, () => aWorkItem({ priority: 1, sourceName: 'other' })),
    );
    const ids = [newId(), newId(), newId()];
    await given.store.enqueueMany(ids.map((workItemId) => aWorkItem({ workItemId })));
    await given.db.q
      .insertInto('workers')
      .values({
        worker_id: 'w',
        host_name: 'h',
        pid: 1,
        version: '1',
        concurrency: 1,
        started_at: given.db.engine.now(),
        heartbeat_at: given.db.engine.now(),
        stopped_at: null,
        draining: 0,
        facts: null,
      })
      .execute();
    const sentences = [];
    for (const id of ids) sentences.push((await waitingOf(id)).reasons[0].sentence);
    await given.db.q.deleteFrom('workers').execute();
    expect(sentences).toEqual(
      [3, 4, 5].map((n) => expect.stringContaining(`${n} items go before`)),
    );
  });

  test('its run has spent its time, and ends', async () => {
    await givenSource(given.db);
    const runId = await givenRun(given.db);
    const id = await enqueueOne({ runId });
    expect(await reasonsOf(id)).toEqual([]);
    await given.db.q
      .updateTable('ingest_runs')
      .set({ deadline_at: given.db.engine.nowPlus(-1_000) })
      .execute();
    expect(await reasonsOf(id)).toEqual([expect.objectContaining({ code: 'run_spent' })]);
  });

  test('the budget of the day at its host is spent, and is renewed at a known time', async () => {
    await givenSource(given.db);
    const id = await enqueueOne({ requestUri: 'https://api.example/works' });
    const answered = async (remaining: number, agoMs: number) => {
      await given.db.q.deleteFrom('hosts').execute();
      await given.db.q
        .insertInto('hosts')
        .values({
          host: 'api.example',
          budget: JSON.stringify({ limit: 100, remaining, unit: 'requests', resets_in_s: 3_600 }),
          last_request_at: given.db.engine.nowPlus(-agoMs),
          updated_at: given.db.engine.now(),
        })
        .execute();
      return reasonsOf(id);
    };
    const [spent] = await answered(0, 600_000);
    expect(spent).toMatchObject({ code: 'host_budget' });
    const left = Date.parse(spent?.until ?? '') - Date.now();
    expect(Math.abs(left - 3_000_000)).toBeLessThan(60_000);
    expect(await answered(1, 600_000)).toEqual([]);
    expect(await answered(0, 3_700_000)).toEqual([]);
  });
});
