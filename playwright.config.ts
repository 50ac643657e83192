import { defineConfig } from '@playwright/test';
import { launchOptions } from './e2e/support/system-browser.ts';

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  globalSetup: './e2e/support/prepare-products.ts',
  outputDir: 'test-results',
  // The same on every system: what is compared is text.
  snapshotPathTemplate: '{testDir}/looks/{testFileName}-{arg}{ext}',
  // Each starts a whole product for every file of tests it runs: console, worker and database.
  workers: 2,
  fullyParallel: false,
  forbidOnly: true,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    actionTimeout: 15_000,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    screenshot: 'only-on-failure',
    // Filming each test took nine minutes where six will do; `--trace on` does it when it is wanted.
    trace: 'off',
    launchOptions: launchOptions(),
  },
});
