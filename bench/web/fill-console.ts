/** A console with something to show: two runs to their end, items that failed and wait, a background action. */

import { chunksOf } from '#db/chunks.ts';
import { systemActor } from '#lib/actor/model.ts';
import { newId } from '#lib/ids.ts';
import { launchBulkAction } from '#lib/items/bulk/launch.ts';
import { loadConfig } from '#lib/load-config.ts';
import { createLogger } from '#lib/log.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import type { LaunchRequest } from '#lib/runs/model.ts';
import { getRun } from '#lib/runs/run-row.ts';
import { openRuntime, type Runtime } from '#lib/runtime.ts';
import { upsertSource } from '#lib/sources/save-source.ts';

const patienceMs = 60_000;
const actor = systemActor('bench');

/** `env` names the database; the items wait for ever, since no source of their name is configured. */
export async function fillConsole(env: NodeJS.ProcessEnv, items: number): Promise<void> {
  const log = createLogger({ level: 'warn', name: 'bench' });
  const runtime = await openRuntime(loadConfig({ env }), log);
  try {
    const waiting = Array.from({ length: items }, (_, i) => ({
      workItemId: newId(),
      sourceSystem: 'test',
      sourceName: 'Waiting',
      resourceType: 'page',
      resourceId: `Page_${i}`,
      requestUri: `https://waiting.example/pages/${i}`,
      priority: 100,
    }));
    for (const chunk of chunksOf(waiting)) await runtime.store.enqueueMany(chunk);
    await addFailingSource(runtime);
    await runToTheEnd(runtime, { kind: 'seed', sources: ['Sample'] });
    await runToTheEnd(runtime, { kind: 'seed', sources: ['Failing'] });
    await launchBulkAction(
      runtime.db,
      actor,
      { change: { action: 'set_priority', priority: 7 }, scope: { filter: { source: 'Sample' } } },
      newId(),
    );
  } finally {
    await runtime.close();
  }
}

async function addFailingSource({ db }: Runtime): Promise<void> {
  await upsertSource(
    db,
    actor,
    {
      name: 'Failing',
      type: 'test',
      enabled: true,
      settings: {
        resources: 5,
        fail_ids: ['test_resource_002', 'test_resource_004'],
        max_retries: 0,
        rate_limit_delay: 0,
      },
      seeds: [{}],
    },
    { secretBox: null },
  );
}

async function runToTheEnd({ db }: Runtime, request: LaunchRequest): Promise<void> {
  const { runId } = await launchRun(db, actor, request);
  const deadline = performance.now() + patienceMs;
  while ((await getRun(db, runId))?.status === 'running') {
    if (performance.now() > deadline)
      throw new Error(`The run of ${request.sources} does not end.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
