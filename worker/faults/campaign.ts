/** Work for the workers of a fault test: one source and one run after the other. */
import { systemActor } from '#lib/access/model.ts';
import type { JsonObject } from '#lib/json.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import type { Runtime } from '#lib/runtime.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { until } from '../testing/processes.ts';

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

/** Waits until every run is completed. */
export async function allRunsCompleted({ db }: Runtime, withinMs: number): Promise<void> {
  await until(
    'all runs are completed',
    async () => {
      const open = await db.q
        .selectFrom('ingest_runs')
        .select('run_id')
        .where('status', '<>', 'completed')
        .execute();
      return open.length === 0;
    },
    withinMs,
  );
}
