import { resolveDatabaseSettings } from '#db/settings/settings.ts';
import type { Benchmark } from '../harness/benchmark.ts';
import { createPlain } from '../plain/create-plain.ts';
import { measureQueue } from '../plain/queue-cases.ts';
import { createSqliteTarget } from './sqlite-target.ts';
import type { BenchTarget, Filling } from './target.ts';
import { measureWrites } from './write-cases.ts';

const defaultRows = 10_000;

/** The queue through its public functions, against the plainest queue that does the job. */
export const queueBenchmark: Benchmark = {
  name: 'queue',
  description:
    'enqueue, and claim to complete by 1, 4 and 16 processes, in a table of --rows items',
  run: async ({ rows, runs, database, only, progress }) => {
    const filling = { rows: rows ?? defaultRows, file: database, progress };
    progress(`queue: filling ${filling.rows} rows`);
    const target = await createTarget(filling);
    try {
      const plain = await createPlain(target, filling.rows);
      try {
        return await measureQueue({ target, plain, runs, only, progress });
      } finally {
        await plain.dispose();
      }
    } finally {
      await target.dispose();
    }
  },
};

/** The queue through its public functions, against the same statements sent through the bare driver. */
export const statementsBenchmark: Benchmark = {
  name: 'statements',
  description: 'what the queue costs beside its own statements sent through the bare driver',
  run: async ({ rows, runs, database, progress }) => {
    const filling = { rows: rows ?? defaultRows, file: database, progress };
    progress(`statements: filling ${filling.rows} rows`);
    const target = await createTarget(filling);
    try {
      return await measureWrites(target, runs, progress);
    } finally {
      await target.dispose();
    }
  },
};

/** A filled database of the engine that the environment names: on SQL Server one of its own, else a SQLite file. */
export async function createTarget(filling: Filling): Promise<BenchTarget> {
  const settings = resolveDatabaseSettings(process.env);
  if (settings.engine === 'sqlite') return createSqliteTarget(filling);
  if (filling.file !== null) throw new Error('--database names a SQLite file.');
  const { createSqlServerTarget } = await import('./sqlserver-target.ts');
  return createSqlServerTarget(settings, filling);
}
