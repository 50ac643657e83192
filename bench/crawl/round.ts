/** What one crawl of the site brings, and the check that it is whole and nothing was done twice. */
import type { SiteReport } from './site.ts';

export interface CrawlRound {
  /** Pages stored. */
  readonly records: number;
  /** Milliseconds since the epoch at which the last page was stored. */
  readonly endedAt: number;
  /** Most memory the crawling process held at any moment, MB (10⁶ bytes). */
  readonly peakMegabytes: number;
}

/** Pages a second, from the first request the site saw to the last page stored. */
export function pagesPerSecond(round: CrawlRound, site: SiteReport): number {
  return round.records / ((round.endedAt - (site.firstAt ?? Number.NaN)) / 1000);
}

/** @throws Error when a page is missing, was stored twice, or was asked for twice. */
export function requireWhole(who: string, pages: number, round: CrawlRound, site: SiteReport) {
  const found = `${round.records} records, ${site.requests} requests for ${site.pages} pages`;
  if (round.records !== pages || site.pages !== pages || site.requests !== pages) {
    throw new Error(`${who} did not crawl each of ${pages} pages exactly once: ${found}.`);
  }
}
