/** How much JavaScript a page loads: what its document names, and what comes after the first view. */
import { gzipSync } from 'node:zlib';
import type { Page, Response } from '@playwright/test';

export interface ScriptWeight {
  /** gzip kB of the scripts that the document itself names. */
  readonly firstKb: number;
  /** gzip kB of those that were loaded afterwards. */
  readonly laterKb: number;
}

/** gzip kB that the first view of a page may load: of the grid of work items, and of every other page. */
export const scriptBudgetKb = { grid: 190, other: 160 } as const;

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
  return { path, kb: gzipSync(await response.body()).length / 1024 };
}
