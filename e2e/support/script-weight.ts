/** How much JavaScript a page loads: what its document names, and what comes after the first view. */
import { gzipSync } from 'node:zlib';
import type { APIRequestContext, Page, Response } from '@playwright/test';

export interface ScriptWeight {
  /** gzip kB of the scripts that the document itself names. */
  readonly firstKb: number;
  /** gzip kB of those that were loaded afterwards. */
  readonly laterKb: number;
}

/** gzip kB that the first view of a page may load: of the grid of work items, of a source's form, and of every other page. */
export const scriptBudgetKb = { grid: 190, form: 163, other: 160 } as const;

/** Which of the budgets a page has. */
export function budgetOf(path: string): keyof typeof scriptBudgetKb {
  const { pathname } = new URL(path, 'http://console');
  if (pathname === '/work-items') return 'grid';
  return /^\/sources\/(new|import|[^/]+\/edit)$/.test(pathname) ? 'form' : 'other';
}

/** Begins to weigh before the page loads; the function it returns is given the document and adds up. */
export function weighScripts(page: Page): (html: string) => Promise<ScriptWeight> {
  const loaded: Promise<{ path: string; kb: number }>[] = [];
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') loaded.push(weigh(response));
  });
  return async (html) => {
    const sum = { firstKb: 0, laterKb: 0 };
    for (const { path, kb } of await Promise.all(loaded)) {
      sum[html.includes(`src="${path}"`) ? 'firstKb' : 'laterKb'] += kb;
    }
    return sum;
  };
}

async function weigh(response: Response): Promise<{ path: string; kb: number }> {
  const path = new URL(response.url()).pathname;
  return { path, kb: gzipKb(await response.body()) };
}

/** gzip kB of the scripts that the document of a path names, asked for without a browser. */
export async function firstLoadKb(request: APIRequestContext, path: string): Promise<number> {
  const document = await request.get(path);
  if (!document.ok()) throw new Error(`${path} answered ${document.status()}.`);
  const named = [...(await document.text()).matchAll(/<script src="([^"]+)"(?! noModule)/g)];
  const bodies = await Promise.all(
    // The pattern has one group, and it is not optional.
    [...new Set(named.map(([, src]) => src ?? ''))].map(async (src) =>
      (await request.get(src)).body(),
    ),
  );
  return bodies.reduce((sum, body) => sum + gzipKb(body), 0);
}

const gzipKb = (body: Buffer) => gzipSync(body).length / 1024;
