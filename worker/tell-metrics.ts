/** The ways on which a worker tells its metrics: a port of its own, and a receiver of OTLP. Neither is loaded unless asked for. */
import type { Db } from '#db/engine.ts';
import type { MonitoringSettings } from '#lib/config/model.ts';
import type { Logger } from '#lib/log.ts';
import { hasReceiver } from '#lib/monitoring/otlp-receiver.ts';
import type { WorkerWatch } from './worker-watch.ts';

export interface ToldMetrics {
  /** Absent where nobody is told. */
  readonly watch: WorkerWatch | undefined;
  /** To be told as soon as there is one. */
  databaseOpened(db: Db): void;
  close(): Promise<void>;
}

/** @throws AppError `config_invalid` when the port cannot be opened */
export async function tellMetrics(
  settings: MonitoringSettings,
  log: Logger,
  leaving: AbortSignal,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<ToldMetrics> {
  const { port } = settings;
  const isSent = hasReceiver(env, 'metrics');
  if (port === null && !isSent) {
    return { watch: undefined, databaseOpened: () => undefined, close: async () => undefined };
  }
  let db: Db | null = null;
  const { createWorkerMetrics } = await import('./worker-metrics.ts');
  const metrics = createWorkerMetrics(() => db);
  const monitor =
    port === null
      ? null
      : await (await import('./monitor.ts')).openMonitor(
          { ...settings, port },
          { metrics, db: () => db, log, leaving },
        );
  const push = isSent
    ? (await import('#lib/monitoring/otlp-metrics.ts')).pushMetrics({
        ...metrics,
        serviceName: 'holocron-worker',
      })
    : null;
  return {
    watch: metrics.watch,
    databaseOpened: (opened) => {
      db = opened;
    },
    async close() {
      await push?.close();
      await monitor?.close();
    },
  };
}
