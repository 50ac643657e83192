import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark } from '../harness/benchmark.ts';
import { bundleWorker } from '../harness/embedded-worker.ts';
import { measureCase, median } from '../harness/measure.ts';
import { crawlWithCrawlee, installCrawlee } from './crawlee.ts';
import { crawlWithHolocron } from './holocron.ts';
import { type CrawlRound, pagesPerSecond, requireWhole } from './round.ts';
import { type Site, startSite } from './site.ts';

const defaultPages = 5000;
const concurrency = 16;

/**
 * One worker process of the product against Crawlee with its default storage, over a local server
 * that answers at once. Every round starts a fresh process on empty storage, and counts only when
 * each page was asked for and stored exactly once.
 */
export const crawlBenchmark: Benchmark = {
  name: 'crawl',
  description: 'a local site of --rows pages crawled by one worker process, beside Crawlee',
  run: async ({ rows, runs, progress }) => {
    const pages = rows ?? defaultPages;
    await installCrawlee(progress);
    const directory = await mkdtemp(join(tmpdir(), 'bench-crawl-'));
    const site = await startSite(pages);
    try {
      const worker = await bundleWorker(directory);
      const peaks = { ours: [] as number[], crawlee: [] as number[] };
      const measured = (who: 'ours' | 'crawlee', crawl: () => Promise<CrawlRound>) => async () => {
        const { figure, peakMegabytes } = await crawlOnce(who, site, pages, crawl);
        peaks[who].push(peakMegabytes);
        progress(`crawl: ${who} ${figure.toFixed(0)} pages/s, ${peakMegabytes.toFixed(0)} MB`);
        return figure;
      };
      const result = await measureCase({
        name: `crawl of ${pages} pages, ${concurrency} at once`,
        unit: 'items/s',
        runs,
        measure: measured('ours', () => crawlWithHolocron(worker, site.seedUrl, concurrency)),
        floor: {
          what: 'Crawlee',
          measure: measured('crawlee', () => crawlWithCrawlee(site.seedUrl, concurrency)),
        },
      });
      return [
        {
          ...result,
          details: { peakMB: median(peaks.ours), peakMBOfCrawlee: median(peaks.crawlee) },
        },
      ];
    } finally {
      await site.stop();
      await rm(directory, { recursive: true, force: true });
    }
  },
};

async function crawlOnce(
  who: string,
  site: Site,
  pages: number,
  crawl: () => Promise<CrawlRound>,
): Promise<{ figure: number; peakMegabytes: number }> {
  await site.reset();
  const round = await crawl();
  const report = await site.report();
  requireWhole(who, pages, round, report);
  return { figure: pagesPerSecond(round, report), peakMegabytes: round.peakMegabytes };
}
