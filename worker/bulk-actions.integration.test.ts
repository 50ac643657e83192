import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { newId } from '#lib/ids.ts';
import { launchBulkAction } from '#lib/items/bulk/launch.ts';
import { changedGroupsFrom } from '#lib/items/bulk/outcomes.ts';
import { requireBulkAction } from '#lib/items/bulk/read.ts';
import { aWorkItem } from '#test/factories.ts';
import { openSite, type Site, until } from '#test/worker/processes.ts';

const count = 4_000;
const kills = 3;
/** Slow enough that it is in the middle whenever a worker is killed. */
const itemsPerSecond = 1_000;

let site: Site;
beforeEach(async () => {
  site = await openSite();
});
afterEach(() => site?.dispose());

it('a bulk action whose workers are killed does every item once', async () => {
  const { db, store } = site.runtime;
  await store.enqueueMany(Array.from({ length: count }, () => aWorkItem()));
  // Nothing for the workers to fetch: they have the action alone.
  await db.q.updateTable('work_items').set({ status: 'completed' }).execute();
  const { bulkActionId: id } = await launchBulkAction(
    db,
    systemActor('test'),
    { change: { action: 'set_priority', priority: 7 }, scope: { filter: {} }, itemsPerSecond },
    newId(),
  );
  const processed = async () => (await requireBulkAction(db, id)).processed;
  for (let kill = 1; kill <= kills; kill += 1) {
    const before = await processed();
    const worker = site.start('commands/worker.ts', []);
    await until('a worker got on with it', async () => (await processed()) > before);
    worker.process.kill('SIGKILL');
    expect((await worker.ended).signal).toBe('SIGKILL');
    // The time of its lease passes.
    await db.q
      .updateTable('bulk_actions')
      .set({ lease_until: db.engine.nowPlus(-1) })
      .execute();
  }
  expect(await processed()).toBeLessThan(count);
  site.start('commands/worker.ts', []);
  await until('it is done', async () => (await requireBulkAction(db, id)).status !== 'running');

  expect(await requireBulkAction(db, id)).toMatchObject({ status: 'completed', changed: count });
  const chunks = await db.q.selectFrom('bulk_action_chunks').select('changed').execute();
  const changed = chunks.flatMap((row) => changedGroupsFrom(row.changed).flatMap(({ ids }) => ids));
  expect(changed).toHaveLength(count);
  expect(new Set(changed).size).toBe(count);
  const { left } = await db.q
    .selectFrom('work_items')
    .select((eb) => eb.fn.countAll().as('left'))
    .where('priority', '<>', 7)
    .executeTakeFirstOrThrow();
  expect(Number(left)).toBe(0);
});
