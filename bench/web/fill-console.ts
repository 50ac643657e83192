/** A console with something to show: a run of the sample source to its end, and items that wait. */
import { systemActor } from '#lib/access/model.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { newId } from '#lib/ids.ts';
import { createLogger } from '#lib/log.ts';
import { getRun } from '#lib/runs/get-run.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import { openRuntime } from '#lib/runtime.ts';
import { chunksOf } from '#lib/work-items/chunks.ts';

const patienceMs = 60_000;

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
    const { runId } = await launchRun(runtime.db, systemActor('bench'), {
      kind: 'seed',
      sources: ['Sample'],
    });
    const deadline = performance.now() + patienceMs;
    while ((await getRun(runtime.db, runId))?.status === 'running') {
      if (performance.now() > deadline) throw new Error('The run of the sample does not end.');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  } finally {
    await runtime.close();
  }
}
