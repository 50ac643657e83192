/**
 * What a person waits for: each route of the built console in a fresh Chromium, signed in, on a database
 * with some thousand items. JavaScript is what the page itself names, as gzip, beside what it may be; then
 * the moments of the page and what browser makers' tools check; on the grid how long a key or a click
 * waits for the next paint; in the viewer of five megabytes how long the page does not answer.
 */
import { type BrowserContext, chromium, type Page } from '@playwright/test';
import { accounts, password } from '../../e2e/support/accounts.ts';
import prepareProducts from '../../e2e/support/prepare-products.ts';
import { startProduct } from '../../e2e/support/product.ts';
import { type ScriptWeight, weighScripts } from '../../e2e/support/script-weight.ts';
import { launchOptions } from '../../e2e/support/system-browser.ts';
import type { Benchmark, BenchOptions, BenchResult } from '../harness/benchmark.ts';
import { toResult } from '../harness/measure.ts';
import { fillConsole } from './fill-console.ts';
import { gridInteractions } from './grid-interactions.ts';
import { largeRecord } from './large-record.ts';
import { checkCount, watchPage } from './page-checks.ts';
import { findRoutes, type Route } from './routes.ts';
import { observeVitals, type Vitals } from './vitals.ts';

const defaultRows = 5_000;

export const webBenchmark: Benchmark = {
  name: 'web',
  description: 'first-load JavaScript, page moments and checks per route, interactions on the grid',
  run,
};

async function run(options: BenchOptions): Promise<readonly BenchResult[]> {
  const clear = await prepareProducts();
  const product = await startProduct();
  const browser = await chromium.launch(launchOptions());
  try {
    await fillConsole(product.env, options.rows ?? defaultRows);
    const entrance = await browser.newContext({ baseURL: product.url });
    const page = await entrance.newPage();
    await signIn(page);
    const routes = await findRoutes(page);
    const storageState = await entrance.storageState();
    const fresh = () => browser.newContext({ baseURL: product.url, storageState });
    const results: BenchResult[] = [];
    for (const route of routes) {
      options.progress(`web: ${route.name}`);
      results.push(...(await measureRoute(fresh, route, options)));
    }
    options.progress('web: interactions on the grid');
    results.push(...(await gridInteractions(fresh, options.runs)));
    options.progress('web: a record of five megabytes');
    results.push(...(await largeRecord(product, fresh, options.runs)));
    for (const result of results.filter(isOver)) options.progress(`web: over: ${result.name}`);
    return results;
  } finally {
    await browser.close();
    await product.stop();
    await clear();
  }
}

/** A page's first byte is no limit of its paints; of checks more is better. */
const isOver = ({ name, unit, ratio }: BenchResult) =>
  ratio !== null && !name.endsWith('largest paint') && (unit === 'checks' ? ratio < 1 : ratio > 1);

async function signIn(page: Page): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(accounts.admin);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(new URL('/', page.url()).href);
}

async function measureRoute(
  fresh: () => Promise<BrowserContext>,
  { name, path, budgetKb }: Route,
  options: BenchOptions,
): Promise<readonly BenchResult[]> {
  const scripts: ScriptWeight[] = [];
  const vitals: Vitals[] = [];
  const failed: (readonly string[])[] = [];
  for (let turn = 0; turn < options.runs; turn += 1) {
    const context = await fresh();
    const page = await context.newPage();
    const weigh = weighScripts(page);
    const check = watchPage(page);
    const read = await observeVitals(page);
    const document = await page.goto(path, { waitUntil: 'networkidle' });
    if (!document) throw new Error(`${name} gave no document.`);
    const moments = await read();
    vitals.push(moments);
    scripts.push(await weigh(await document.text()));
    failed.push(await check(document, moments));
    await context.close();
  }
  for (const check of new Set(failed.flat())) options.progress(`web: ${name} fails: ${check}`);
  const of = (moment: keyof Vitals) => vitals.map((one) => one[moment]);
  return [
    toResult({
      name: `${name} scripts`,
      unit: 'kB',
      runs: scripts.map(({ firstKb }) => firstKb),
      floor: { what: 'what it may load', runs: [budgetKb] },
      details: { 'kB after the first view': Math.max(...scripts.map(({ laterKb }) => laterKb)) },
    }),
    toResult({
      name: `${name} largest paint`,
      unit: 'ms',
      runs: of('largestPaintMs'),
      floor: { what: 'first byte of the page', runs: of('firstByteMs') },
      details: {
        'first paint ms': Math.max(...of('firstPaintMs')),
        'blocked ms': Math.max(...of('blockedMs')),
        'layout shift': Math.max(...of('layoutShift')),
      },
    }),
    toResult({
      name: `${name} checks passed`,
      unit: 'checks',
      runs: failed.map((names) => checkCount - names.length),
      floor: { what: 'all there are', runs: [checkCount] },
    }),
  ];
}
