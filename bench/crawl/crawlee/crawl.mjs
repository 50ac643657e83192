/**
 * Crawlee over the site, with its default storage and the concurrency asked for from the start:
 * `node crawl.mjs SEED CONCURRENCY`. Its last line of output is JSON.
 */
import { Configuration, Dataset, HttpCrawler, LogLevel, log } from '@crawlee/http';

const [seed, concurrency] = process.argv.slice(2);
log.setLevel(LogLevel.ERROR);
// Measured is the crawl, not how long it takes to find the machine idle.
Configuration.getGlobalConfig().set('availableMemoryRatio', 0.9);

let endedAt = 0;
const crawler = new HttpCrawler({
  minConcurrency: Number(concurrency),
  maxConcurrency: Number(concurrency),
  additionalMimeTypes: ['application/json'],
  async requestHandler({ json, request, addRequests, pushData }) {
    await pushData({ url: request.url, ...json });
    await addRequests(json.links.map((link) => new URL(link, request.url).href));
    endedAt = Date.now();
  },
});
await crawler.run([seed]);

const { itemCount } = (await (await Dataset.open()).getInfo()) ?? { itemCount: 0 };
console.log(JSON.stringify({ records: itemCount, endedAt }));
