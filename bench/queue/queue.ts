import { resolveDatabaseSettings } from '#db/settings/settings.ts';
import type { Benchmark } from '../harness/benchmark.ts';
import { createSqliteTarget } from './sqlite-target.ts';
import type { BenchTarget, Filling } from './target.ts';
import { measureWrites } from './write-cases.ts';

const defaultRows = 10_000;

/**
 * The queue through its public functions, against the same statements sent through the bare driver.
 * On SQL Server when its settings are given (in a database of its own), else on a SQLite file.
 */
export const queueBenchmark: Benchmark = {
  name: 'queue',
  description: 'enqueue, claim and complete in a table of --rows items',
  run: async ({ rows, runs, database, progress }) => {
    const filling = { rows: rows ?? defaultRows, file: database, progress };
    progress(`queue: filling ${filling.rows} rows`);
    const target = await createTarget(filling);
    try {
      return await measureWrites(target, runs, progress);
    } finally {
      await target.dispose();
    }
  },
};

/** A filled database of the engine that the environment names. */
export async function createTarget(filling: Filling): Promise<BenchTarget> {
  const settings = resolveDatabaseSettings(process.env);
  if (settings.engine === 'sqlite') return createSqliteTarget(filling);
  if (filling.file !== null) throw new Error('--database names a SQLite file.');
  const { createSqlServerTarget } = await import('./sqlserver-target.ts');
  return createSqlServerTarget(settings, filling);
}
