import { defineConfig } from 'vitest/config';

const include = (kind: string) => [
  `{lib,db,worker,commands,scripts,app,bench,test}/**/*.${kind}.test.ts`,
];

/** A server, and each schema made on it, takes the time it has; the limit is there for what hangs. */
const overNetwork = Boolean(
  process.env['INGEST_SQLSERVER_HOST'] ?? process.env['INGEST_SQLSERVER_STATE_CONN_STR'],
);

const migrated = './test/setup/migrated-sqlite.ts';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          isolate: false,
          include: ['{lib,db,worker,commands,scripts,app,bench,test}/**/*.test.ts'],
          exclude: ['**/*.{contract,integration}.test.ts', '**/node_modules/**'],
        },
      },
      {
        test: {
          name: 'contract',
          isolate: false,
          include: include('contract'),
          globalSetup: migrated,
          testTimeout: overNetwork ? 180_000 : 30_000,
          hookTimeout: overNetwork ? 180_000 : 60_000,
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
          maxWorkers: 2,
        },
      },
    ],
  },
});
