/** The console over a large database, apart from the other browser tests: filling it takes a minute. */
import { defineConfig } from '@playwright/test';
import base from './playwright.config.ts';

// One worker: each fills a database of its own.
export default defineConfig({
  ...base,
  testDir: 'e2e/large',
  testMatch: '**/*.large.ts',
  workers: 1,
});
