/** Every metric that is exported, from the code that exports it. */
import { Registry } from 'prom-client';
import { addDeploymentMetrics } from '#lib/monitoring/deployment-metrics.ts';
import { addDatabaseMetrics, addNodeMetrics } from '#lib/monitoring/process-metrics.ts';
import { createWorkerMetrics } from '#worker/worker-metrics.ts';

/** Names with their types, of the console and of a worker together: `holocron_items` is a `gauge`. */
export async function exportedMetrics(): Promise<ReadonlyMap<string, string>> {
  const console = new Registry();
  addNodeMetrics(console);
  addDatabaseMetrics(console, () => null);
  addDeploymentMetrics(console, () => Promise.reject(new Error('never read')));
  const texts = [await console.metrics(), await createWorkerMetrics(() => null).registry.metrics()];
  const types = texts.flatMap((text) => [...text.matchAll(/^# TYPE (\S+) (\w+)$/gm)]);
  return new Map(types.map(([, name = '', type = '']) => [name, type]));
}
