/** However many worker processes there are, the wiki sees the polite distance, by its own log. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiRequests, gaps } from './access-log.ts';
import { availableMediaWiki } from './available.ts';
import { openCampaign } from './campaign.ts';
import { seedTitle } from './pages.ts';
import { reachablePages } from './reachable.ts';
import { startWiki, type Wiki } from './wiki.ts';

const packages = availableMediaWiki();

const delaySeconds = 0.4;
const maxDepth = 5;

describe.runIf(packages !== null)('a fleet at the door of one wiki', () => {
  let wiki: Wiki;

  beforeAll(async () => {
    // More answers at a time than there are workers: what keeps them apart must not be the wiki.
    if (packages !== null) wiki = await startWiki(packages, { workers: 10 });
  }, 300_000);
  afterAll(() => wiki?.stop());

  it.each([1, 4, 8])(
    'of %i worker processes keeps the distance of one, and finds every page',
    async (size) => {
      const campaign = await openCampaign();
      try {
        const name = `fleet-of-${size}`;
        const before = apiRequests(wiki.accessLog).length;
        const workers = Array.from({ length: size }, () => campaign.startWorker());
        const source = { name, apiUrl: wiki.apiUrl, delaySeconds, maxDepth };
        await campaign.untilEnded(await campaign.crawl(source));
        const requests = apiRequests(wiki.accessLog).slice(before);
        expect(requests.length).toBeGreaterThan(10);
        expect(Math.min(...gaps(requests))).toBeGreaterThanOrEqual(delaySeconds * 1000);
        const { pages } = reachablePages(wiki.database, [seedTitle], maxDepth);
        expect(await campaign.recordedTitles(name)).toEqual([...pages.keys()].sort());
        expect(workers.every((worker) => worker.running)).toBe(true);
      } finally {
        await campaign.clear();
      }
    },
    300_000,
  );
});
