/** What the console tells machines of itself and of the deployment; one of each a process. */
import type { Registry } from 'prom-client';
import { toPublicError } from '#lib/errors/app-error.ts';
import { hasReceiver } from '#lib/monitoring/otlp-receiver.ts';
import { createProbes, type Probe, type ProbeAnswer } from '#lib/monitoring/probes.ts';
import { getRuntime } from '#lib/runtime.ts';

// Next loads a module once per bundle: only globalThis is one per process.
const memo = Symbol.for('holocron-ingest.monitoring');
interface Monitoring {
  readonly probe: (probe: Probe) => Promise<ProbeAnswer>;
  metrics: Promise<ConsoleMetrics> | null;
}
interface ConsoleMetrics {
  readonly registry: Registry;
  readonly refresh: () => Promise<void>;
}

function monitoring(): Monitoring {
  const holder: typeof globalThis & { [memo]?: Monitoring } = globalThis;
  holder[memo] ??= {
    probe: createProbes({
      started: () =>
        getRuntime().then(
          () => true,
          // A database that cannot be opened is for `ready` to tell.
          (error: unknown) => toPublicError(error).code.startsWith('db_'),
        ),
      db: async () => (await getRuntime()).db,
    }),
    metrics: null,
  };
  return holder[memo];
}

export const probeConsole = (probe: Probe): Promise<ProbeAnswer> => monitoring().probe(probe);

/** Sends the metrics to a receiver of OTLP where the environment names one, until the process ends. */
export async function startMetricsPush(): Promise<void> {
  if (!hasReceiver(process.env, 'metrics')) return;
  const holder = monitoring();
  holder.metrics ??= makeMetrics();
  const { pushMetrics } = await import('#lib/monitoring/otlp-metrics.ts');
  const push = pushMetrics({ ...(await holder.metrics), serviceName: 'holocron-console' });
  process.once('beforeExit', () => void push.close());
}

/** The metrics as text; made, and their library loaded, when they are asked for first. */
export async function consoleMetrics(): Promise<{ text: string; contentType: string }> {
  const holder = monitoring();
  holder.metrics ??= makeMetrics();
  const { registry, refresh } = await holder.metrics;
  await refresh();
  return { text: await registry.metrics(), contentType: registry.contentType };
}

async function makeMetrics(): Promise<ConsoleMetrics> {
  const [{ Registry }, own, deployment, figures] = await Promise.all([
    import('prom-client'),
    import('#lib/monitoring/process-metrics.ts'),
    import('#lib/monitoring/deployment-metrics.ts'),
    import('#lib/monitoring/deployment-figures.ts'),
  ]);
  const { db, reads } = await getRuntime();
  const registry = new Registry();
  own.addNodeMetrics(registry);
  own.addDatabaseMetrics(registry, () => db.stats);
  const refresh = deployment.addDeploymentMetrics(registry, () =>
    figures.readDeploymentFigures(reads),
  );
  return { registry, refresh };
}
