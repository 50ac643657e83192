/** The metrics of one worker, for who scrapes them and for who is sent them. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Db } from '#db/engine.ts';
import { addDatabasePing } from '#lib/monitoring/deployment-metrics.ts';
import { addDatabaseMetrics, addNodeMetrics } from '#lib/monitoring/process-metrics.ts';
import { SourceLabels } from '#lib/monitoring/source-labels.ts';
import type { WorkerParts, WorkerWatch } from './worker-watch.ts';

export interface WorkerMetrics {
  readonly watch: WorkerWatch;
  readonly registry: Registry;
  /** Asks the database whether it answers; never throws. */
  refresh(): Promise<void>;
}

/** Of an attempt, seconds: from an answer of a near server to the longest wait of a lease. */
const buckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** @param db null while it is not opened */
export function createWorkerMetrics(db: () => Db | null): WorkerMetrics {
  const registry = new Registry();
  const registers = [registry];
  addNodeMetrics(registry);
  addDatabaseMetrics(registry, () => db()?.stats ?? null);
  const pingDatabase = addDatabasePing(registry, db);
  const labels = new SourceLabels();
  let parts: WorkerParts | null = null;

  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new Counter({ name: `holocron_${name}_total`, help, labelNames, registers });
  const attempts = counter(
    'attempts',
    'Items that left this worker, by source and outcome.',
    'source',
    'outcome',
  );
  const durations = new Histogram({
    name: 'holocron_attempt_duration_seconds',
    help: 'From the claim of an item to the moment it left this worker, by outcome.',
    labelNames: ['outcome'],
    buckets,
    registers,
  });
  const claims = counter(
    'claims',
    'Claims of this worker, by whether they brought items.',
    'result',
  );
  const claimed = counter('claimed_items', 'Items that this worker has claimed.');
  /** Counted elsewhere in the worker, from its start. */
  const counted = (name: string, help: string, read: (parts: WorkerParts) => number) =>
    new Counter({
      name: `holocron_${name}_total`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(parts === null ? 0 : read(parts));
      },
    });
  const now = (name: string, help: string, read: (parts: WorkerParts) => number) =>
    new Gauge({
      name: `holocron_${name}`,
      help,
      registers,
      collect() {
        this.set(parts === null ? 0 : read(parts));
      },
    });
  counted(
    'leases_lost',
    'Items whose lease was lost while this worker had them.',
    ({ inFlight }) => inFlight.tally.lost,
  );
  counted(
    'leases_rescued',
    'Items that this worker took back from silent ones.',
    ({ figures }) => figures.rescued,
  );
  counted(
    'discovered_items',
    'Items that were found in what was fetched.',
    ({ inFlight }) => inFlight.tally.discovered,
  );
  counted(
    'host_waits',
    'Redirects that had to wait for the host they lead to.',
    ({ context }) => context.waitingVisits.total,
  );
  counted(
    'host_wait_seconds',
    'How long they waited in all.',
    ({ context }) => context.waitingVisits.waitedMs / 1000,
  );
  now(
    'host_waiting',
    'Fetches that wait now for the host a redirect leads to.',
    ({ context }) => context.waitingVisits.count,
  );
  now('worker_in_flight', 'Items in the hands of this worker.', ({ inFlight }) => inFlight.size);
  now(
    'worker_asked',
    'Requests, or batches of them, that are under way.',
    ({ inFlight }) => inFlight.asked,
  );
  now('worker_concurrency', 'The most of them at the same time.', ({ concurrency }) => concurrency);

  return {
    watch: {
      begins: (begun) => {
        parts = begun;
      },
      claimed: (items) => {
        claims.inc({ result: items > 0 ? 'items' : 'empty' });
        claimed.inc(items);
      },
      left: ({ kind }, { item, claimedAt }) => {
        attempts.inc({ source: labels.of(item.sourceName), outcome: kind });
        durations.observe({ outcome: kind }, (performance.now() - claimedAt) / 1000);
      },
    },
    registry,
    refresh: pingDatabase,
  };
}
