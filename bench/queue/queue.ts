import { resolveDatabaseSettings } from '#db/settings/settings.ts';
import type { Benchmark } from '../harness/benchmark.ts';
import { createSqliteTarget } from './sqlite-target.ts';
import type { BenchTarget } from './target.ts';
import { measureWrites } from './write-cases.ts';

const defaultRows = 10_000;

/**
 * The queue through its public functions, against the same statements sent through the bare driver.
 * On SQL Server when its settings are given (in a database of its own), else on a SQLite file.
 */
export const queueBenchmark: Benchmark = {
  name: 'queue',
  description: 'enqueue, claim and complete in a table of --rows items',
  run: async ({ rows, runs, progress }) => {
    const count = rows ?? defaultRows;
    const target = await createTarget();
    try {
      progress(`queue: filling ${count} rows into ${target.db.label}`);
      await target.fill(count, Date.now(), progress);
      return await measureWrites(target, runs, progress);
    } finally {
      await target.dispose();
    }
  },
};

export async function createTarget(): Promise<BenchTarget> {
  const settings = resolveDatabaseSettings(process.env);
  if (settings.engine === 'sqlite') return createSqliteTarget();
  const { createSqlServerTarget } = await import('./sqlserver-target.ts');
  return createSqlServerTarget(settings);
}
