/**
 * What a person waits for: each route of the built console in a fresh Chromium, signed in, on a database
 * with some thousand items. JavaScript is what the page itself names, as gzip, beside what it may be; then
 * the moments of the page, and on the grid how long a key or a click waits for the next paint.
 */
import { gzipSync } from 'node:zlib';
import { type BrowserContext, chromium, type Page, type Response } from '@playwright/test';
import { accounts, password } from '../../e2e/support/accounts.ts';
import { startProduct } from '../../e2e/support/product.ts';
import { launchOptions } from '../../e2e/support/system-browser.ts';
import type { Benchmark, BenchOptions, BenchResult } from '../harness/benchmark.ts';
import { toResult } from '../harness/measure.ts';
import { fillConsole } from './fill-console.ts';
import { gridInteractions } from './grid-interactions.ts';
import { observeVitals, type Vitals } from './vitals.ts';

const defaultRows = 5_000;

/** gzip kB that the first view of a page may load. */
const scriptBudget = { grid: 190, other: 160 };

interface Route {
  readonly path: string;
  /** What the route is called when its path holds an id. */
  readonly name?: string;
  readonly budget?: number;
}

const routes: readonly Route[] = [
  { path: '/' },
  { path: '/work-items', budget: scriptBudget.grid },
  { path: '/sources' },
  { path: '/sources/new?template=wikipedia' },
  { path: '/runs' },
  { path: '/records' },
  { path: '/hosts' },
  { path: '/workers' },
  { path: '/schedules' },
  { path: '/audit' },
  { path: '/settings' },
];
/** The first detail page that a list leads to. */
const details = ['/work-items', '/sources', '/runs', '/records'];

export const webBenchmark: Benchmark = {
  name: 'web',
  description: 'first-load JavaScript and page moments per route, interactions on the grid',
  run,
};

async function run(options: BenchOptions): Promise<readonly BenchResult[]> {
  const product = await startProduct();
  const browser = await chromium.launch(launchOptions());
  try {
    await fillConsole(product.env, options.rows ?? defaultRows);
    const entrance = await browser.newContext({ baseURL: product.url });
    const found = await signInAndFindDetails(await entrance.newPage());
    const storageState = await entrance.storageState();
    const fresh = () => browser.newContext({ baseURL: product.url, storageState });
    const results: BenchResult[] = [];
    for (const { path, budget = scriptBudget.other, name = path } of [...routes, ...found]) {
      options.progress(`web: ${name}`);
      results.push(...(await measureRoute(fresh, { name, path, budget, runs: options.runs })));
    }
    options.progress('web: interactions on the grid');
    results.push(...(await gridInteractions(fresh, options.runs)));
    return results;
  } finally {
    await browser.close();
    await product.stop();
  }
}

async function signInAndFindDetails(page: Page) {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(accounts.admin);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(new URL('/', page.url()).href);
  const found: Route[] = [];
  for (const list of details) {
    await page.goto(list);
    const link = page.locator(`main a[href^="${list}/0"]`).first();
    const path = await link.getAttribute('href');
    if (path === null) throw new Error(`${list} leads to no detail page.`);
    found.push({ name: `${list}/[id]`, path });
  }
  return found;
}

async function measureRoute(
  fresh: () => Promise<BrowserContext>,
  route: { name: string; path: string; budget: number; runs: number },
): Promise<readonly BenchResult[]> {
  const { name, path, budget, runs } = route;
  const scripts: number[] = [];
  const later: number[] = [];
  const vitals: Vitals[] = [];
  for (let turn = 0; turn < runs; turn += 1) {
    const context = await fresh();
    const page = await context.newPage();
    const loaded: Promise<{ url: string; kB: number }>[] = [];
    page.on('response', (response) => {
      if (response.request().resourceType() === 'script') loaded.push(weigh(response));
    });
    const read = await observeVitals(page);
    const document = await page.goto(path, { waitUntil: 'networkidle' });
    vitals.push(await read());
    const html = (await document?.text()) ?? '';
    const weights = await Promise.all(loaded);
    const isNamed = ({ url }: { url: string }) => html.includes(`src="${new URL(url).pathname}"`);
    scripts.push(sumOf(weights.filter(isNamed)));
    later.push(sumOf(weights.filter((one) => !isNamed(one))));
    await context.close();
  }
  const of = (moment: keyof Vitals) => vitals.map((one) => one[moment]);
  return [
    toResult({
      name: `${name} scripts`,
      unit: 'kB',
      runs: scripts,
      floor: { what: 'what it may load', runs: [budget] },
      details: { 'kB after the first view': Math.max(...later) },
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
  ];
}

async function weigh(response: Response): Promise<{ url: string; kB: number }> {
  return { url: response.url(), kB: gzipSync(await response.body()).length / 1024 };
}

function sumOf(weights: readonly { readonly kB: number }[]): number {
  return weights.reduce((sum, { kB }) => sum + kB, 0);
}
