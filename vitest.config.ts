import { defineConfig } from 'vitest/config';

const include = (kind: string) => [
  `{lib,db,worker,commands,scripts,app,bench,test}/**/*.${kind}.test.ts`,
];

/** Whether a test is slow is for the machine to decide: the limit is there for what hangs. */
const hangMs = 30_000;
/** A server, and each schema made on it, takes the time it has. */
const overNetwork = Boolean(
  process.env['INGEST_SQLSERVER_HOST'] ?? process.env['INGEST_SQLSERVER_STATE_CONN_STR'],
);

const migrated = './test/setup/migrated-sqlite.ts';

/**
 * No project isolates its files: they share a worker's modules, so that nothing is compiled and read again for each.
 * What a test changes in its process (environment, clock, working directory) it sets back, and what a module
 * of tests registers with vitest it registers inside a function: at its top level it would count for one file alone.
 */
export default defineConfig({
  test: {
    isolate: false,
    projects: [
      {
        test: {
          name: 'unit',
          testTimeout: hangMs,
          include: ['{lib,db,worker,commands,scripts,app,bench,test}/**/*.test.ts'],
          exclude: ['**/*.{contract,integration}.test.ts', '**/node_modules/**'],
        },
      },
      {
        test: {
          name: 'contract',
          include: include('contract'),
          globalSetup: migrated,
          setupFiles: './test/setup/recorded-statements.ts',
          testTimeout: overNetwork ? 180_000 : hangMs,
          hookTimeout: overNetwork ? 180_000 : 2 * hangMs,
        },
      },
      {
        test: {
          name: 'integration',
          include: [...include('integration'), 'e2e/mediawiki/**/*.integration.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          globalSetup: [migrated, './test/setup/bundle.ts'],
          // They wait more than they compute: for leases, polite pauses and processes.
          maxWorkers: 4,
        },
      },
    ],
  },
});
