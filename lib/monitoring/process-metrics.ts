/** What a process tells of itself: Node's own figures, its connections, and what it had to do again. */
import { Counter, collectDefaultMetrics, Gauge, type Registry } from 'prom-client';
import type { DatabaseStats } from '#db/stats.ts';

const retryReasons = {
  deadlock: 'deadlocksRetried',
  busy: 'busyRetried',
  unique_race: 'uniqueRacesRetried',
  connection_lost: 'connectionsLostRetried',
} as const satisfies Record<string, keyof DatabaseStats>;

/** Node's figures (event-loop delay, heap, processor time …) under the names that its dashboards expect. */
export function addNodeMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
}

/** @param stats of the database, read at each scrape; null while none is open */
export function addDatabaseMetrics(registry: Registry, stats: () => DatabaseStats | null): void {
  const registers = [registry];
  new Gauge({
    name: 'holocron_pool_connections',
    help: 'Connections of this process to the database by state; max is the bound of the pool.',
    labelNames: ['state'],
    registers,
    collect() {
      const pool = stats()?.pool();
      if (!pool) return;
      for (const state of ['used', 'free', 'max'] as const) this.set({ state }, pool[state]);
    },
  });
  new Gauge({
    name: 'holocron_pool_waiting',
    help: 'Callers of this process that wait for a connection now.',
    registers,
    collect() {
      this.set(stats()?.pool().waiting ?? 0);
    },
  });
  new Gauge({
    name: 'holocron_pool_wait_p95_seconds',
    help: 'Nineteen in twenty of the waits for a connection in the last minute or two were no longer.',
    registers,
    collect() {
      this.set((stats()?.pool().p95WaitMs ?? 0) / 1000);
    },
  });
  new Counter({
    name: 'holocron_database_retries_total',
    help: 'Transactions and statements run again, by reason.',
    labelNames: ['reason'],
    registers,
    collect() {
      const all = stats();
      this.reset();
      for (const [reason, key] of Object.entries(retryReasons))
        this.inc({ reason }, all?.[key] ?? 0);
    },
  });
}
