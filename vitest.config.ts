import { defineConfig } from 'vitest/config';

const include = (kind: string) => [`{lib,db,worker,scripts,app,bench}/**/*.${kind}.test.ts`];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{lib,db,worker,scripts,app,bench}/**/*.test.ts'],
          exclude: ['**/*.{contract,integration}.test.ts', '**/node_modules/**'],
        },
      },
      {
        test: {
          name: 'contract',
          include: include('contract'),
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: [...include('integration'), 'e2e/mediawiki/**/*.integration.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // They wait more than they compute: for leases, polite pauses and processes.
          maxWorkers: 2,
        },
      },
    ],
  },
});
