/** Work for the workers of a fault test: one source and one run after the other. */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemActor } from '#lib/actor/model.ts';
import type { JsonObject } from '#lib/json.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import type { Runtime } from '#lib/runtime.ts';
import { saveSource } from '#lib/sources/save-source.ts';

const actor = systemActor('test');
const seeds = Array.from({ length: 5 }, (_, index) => `test_resource_00${index + 1}`);

/**
 * Makes the source `name` and a run of the same name over it. Its workers find all resources but the
 * five seeds in each other, and take a crash for no reason to give an item up.
 */
export async function launchCampaign(
  { db, secretBox }: Runtime,
  name: string,
  resources: number,
  settings: JsonObject = {},
): Promise<void> {
  const source = {
    name,
    type: 'test',
    enabled: true,
    settings: { resources, max_retries: 20, ...settings },
    seeds: [{ ids: seeds }],
  };
  await saveSource(db, actor, source, { secretBox });
  await launchRun(db, actor, { kind: 'seed', sources: [name], name });
}

/** Waits until every run is completed; fails when no item has come to an end for `withoutProgressMs`. */
export async function allRunsCompleted(
  { db, store }: Runtime,
  withoutProgressMs: number,
): Promise<void> {
  let told = '';
  let progressAt = performance.now();
  for (;;) {
    const open = await db.q
      .selectFrom('current_runs')
      .select('name')
      .where('status', '<>', 'completed')
      .execute();
    if (open.length === 0) return;
    const { byStatus } = await store.getStats();
    const { completed, failed, skipped } = byStatus;
    const now = [completed, failed, skipped, open.length].join();
    if (now !== told) progressAt = performance.now();
    told = now;
    if (performance.now() - progressAt > withoutProgressMs) {
      const runs = open.map(({ name }) => name).join(', ');
      throw new Error(`${runs} made no progress any more: ${JSON.stringify(byStatus)}`);
    }
    await sleep(100);
  }
}
