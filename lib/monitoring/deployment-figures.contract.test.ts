import { beforeEach, describe, expect, test } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { insertHost } from '#lib/hosts/insert-host.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { createSecretBox } from '#lib/sources/secrets.ts';
import { registerWorker } from '#lib/workers/presence.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { useStore } from '#test/queue-database.ts';
import { listenToDrivers } from '#test/tsql/drivers.ts';
import { type DeploymentFigures, readDeploymentFigures } from './deployment-figures.ts';

const secretBox = createSecretBox([Buffer.alloc(32, 7)]);
let sent = 0;
await listenToDrivers({
  begun: () => undefined,
  ended: () => undefined,
  sent: () => {
    sent += 1;
  },
});

describe.each(contractEngines())('the figures of the deployment on $name', (engine) => {
  const given = useStore(engine);
  beforeEach(async () => {
    await given.db.engine.rollUpTotals(given.db);
  });

  test('of a database without anything are nought', async () => {
    expect(await readDeploymentFigures(given.db)).toEqual({
      items: [],
      sourcesFolded: 0,
      oldestClaimableMs: 0,
      runs: { running: 0, paused: 0 },
      workers: { running: 0, draining: 0, lost: 0 },
      hostsBlocked: 0,
      lastFetched: [],
    } satisfies DeploymentFigures);
  });

  test('count what there is', async () => {
    const { db, store } = given;
    const source = { name: 'a', type: 'test', enabled: true, settings: {}, seeds: [] };
    await saveSource(db, systemActor('test'), source, { secretBox });
    const ids = await store.enqueueMany([
      ...Array.from({ length: 3 }, () => aWorkItem({ sourceName: 'a' })),
      aWorkItem({ sourceName: 'b' }),
    ]);
    const { engine: words } = db;
    await db.q
      .updateTable('work_items')
      .set({ available_at: words.nowPlus(-5_000) })
      .execute();
    await db.q
      .updateTable('work_items')
      .set({ last_fetched_at: words.nowPlus(-60_000) })
      .where('work_item_id', '=', ids[0] ?? '')
      .execute();
    await insertHost(db, 'h.test', { blocked_until: db.engine.nowPlus(60_000) });
    await registerWorker(db, {
      workerId: 'w',
      hostName: 'h',
      pid: 1,
      version: '1',
      concurrency: 4,
    });

    const figures = await readDeploymentFigures(db);
    expect(figures.items.map(({ source: name, totals }) => [name, totals.pending])).toEqual([
      ['a', 3],
      ['b', 1],
    ]);
    expect(figures).toMatchObject({
      hostsBlocked: 1,
      workers: { running: 1, draining: 0, lost: 0 },
    });
    expect(figures.oldestClaimableMs).toBeGreaterThanOrEqual(5_000);
    // Of `b` no source is configured, and of neither anything else was fetched.
    expect(figures.lastFetched.map(({ source: name }) => name)).toEqual(['a']);
    const ageMs = Date.now() - (figures.lastFetched[0]?.atSeconds ?? 0) * 1000;
    expect(ageMs).toBeGreaterThan(30_000);
  });

  test('name the 500 largest sources, and count the others together', async () => {
    await given.db.q.deleteFrom('source_totals').execute();
    const rows = Array.from({ length: 600 }, (_, index) => ({
      source_system: 'test',
      source_name: `s${index}`,
      status: 'pending',
      item_count: index + 1,
    }));
    for (let at = 0; at < rows.length; at += 100) {
      await given.db.q
        .insertInto('source_totals')
        .values(rows.slice(at, at + 100))
        .execute();
    }
    const before = sent;
    const { items, sourcesFolded } = await readDeploymentFigures(given.db);
    expect(sent - before).toBeLessThanOrEqual(8);
    expect(items).toHaveLength(501);
    expect(sourcesFolded).toBe(100);
    const folded = items.find(({ source }) => source === 'other');
    // 1 + 2 + … + 100.
    expect(folded?.totals.pending).toBe(5_050);
    expect(items.some(({ source }) => source === 's99')).toBe(false);
    expect(items.some(({ source }) => source === 's100')).toBe(true);
    await given.db.q.deleteFrom('source_totals').execute();
  });
});
