/**
 * The main job on real input: a real MediaWiki of 3,000 pages crawled to its end by two workers on one
 * database, one of them killed with `kill -9` half-way, and crawled again. What must be found comes from
 * the wiki's own tables, what was asked and when from the wiki's own log, what it weighed from the wire.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '#lib/runs/model.ts';
import { type AccessLogEntry, apiRequests, gaps } from './access-log.ts';
import { availableMediaWiki } from './available.ts';
import { startByteMeter } from './byte-meter.ts';
import { type Campaign, contact, openCampaign } from './campaign.ts';
import type { MediaWikiPackages } from './packages.ts';
import { largeShape, seedTitle } from './pages.ts';
import { type Reachable, reachablePages } from './reachable.ts';
import { type PageChange, startWiki } from './wiki.ts';

const packages = availableMediaWiki();

const sourceName = 'test-wiki';
/** Long enough that the second worker comes to ask before all is done: a crawl is some 75 requests. */
const delaySeconds = 0.3;
/** The chain of the wiki goes three links deeper. */
const maxDepth = 5;
/** One page in a hundred, made between two recrawls. */
const edited: readonly { readonly edit: string; readonly text: string }[] = [
  { edit: 'Deep 2', text: 'Still on to [[Deep 3]].' },
  { edit: 'Étoile', text: 'Une étoile.' },
  ...Array.from({ length: 28 }, (_, n) => ({
    edit: `Article ${String(n * 100 + 10).padStart(4, '0')}`,
    text: `New words, ${n}.`,
  })),
];
/** And what happens to pages besides. */
const changes: readonly PageChange[] = [
  ...edited,
  { delete: 'Article 0100' },
  { move: 'Article 0200', to: 'Article elsewhere' },
  { edit: 'New target', text: 'A redirect alone leads here.' },
  { edit: 'To a hidden page', text: '#REDIRECT [[New target]]' },
];

interface Crawled {
  readonly run: Run;
  readonly requests: readonly AccessLogEntry[];
  readonly bytes: number;
}

interface Crawl extends Crawled {
  readonly campaign: Campaign;
  readonly expected: Reachable;
  readonly killedPid: number;
  recrawl(changes?: readonly PageChange[]): Promise<Crawled>;
  clear(): Promise<void>;
}

describe.runIf(packages !== null)('a wiki of 3,000 pages, one of two workers killed', () => {
  let crawl: Crawl;

  beforeAll(async () => {
    if (packages !== null) crawl = await crawlWiki(packages);
  }, 900_000);
  afterAll(() => crawl?.clear());

  it('is crawled to an end, with nothing pending or in progress', async () => {
    expect(crawl.run).toMatchObject({ status: 'completed', endReason: 'finished' });
    expect(await crawl.campaign.items(sourceName, ['pending', 'in_progress'])).toEqual([]);
  });

  it('gives exactly one record of every page that can be reached, and none of any other', async () => {
    const titles = await crawl.campaign.recordedTitles(sourceName);
    expect(titles).toEqual([...crawl.expected.pages.keys()].sort());
    expect(titles.length).toBeGreaterThanOrEqual(3000);
  });

  it('is left alone beyond the depth of the source', async () => {
    const titles = await crawl.campaign.recordedTitles(sourceName);
    expect(titles).toContain(`Deep_${maxDepth}`);
    expect(titles).not.toContain(`Deep_${maxDepth + 1}`);
  });

  it('is left alone outside of the namespaces of the source, whatever redirects there', async () => {
    const titles = await crawl.campaign.recordedTitles(sourceName);
    expect(titles).not.toContain('Help:Contents');
    expect(titles).not.toContain('Behind_the_help');
  });

  it('has a page of 1,250 links, recorded whole', async () => {
    const { payload } = await crawl.campaign.runtime.db.q
      .selectFrom('IngestRecords')
      .select('payload')
      .where('source_name', '=', sourceName)
      .where('resource_id', '=', 'Index_of_everything')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(payload).links).toHaveLength(largeShape.hubLinks);
  });

  it('has links to pages that do not exist: they are skipped, and nothing failed', async () => {
    expect(await crawl.campaign.items(sourceName, ['failed'])).toEqual([]);
    const skipped = await crawl.campaign.items(sourceName, ['skipped']);
    expect(new Set(skipped.map((item) => item.error_code))).toEqual(new Set(['page_missing']));
    const circles = ['Circle_one', 'Circle_two', 'Onto_itself'];
    expect(skipped.map((item) => item.resource_id).sort()).toEqual(
      [...crawl.expected.missing, ...circles].sort(),
    );
  });

  it('was the work of both workers', async () => {
    const done = await crawl.campaign.runtime.db.q
      .selectFrom('work_item_attempts')
      .select((eb) => ['worker_id', eb.fn.countAll<number>().as('items')])
      .where('outcome', '=', 'completed')
      .groupBy('worker_id')
      .execute();
    expect(done).toHaveLength(2);
    expect(Math.min(...done.map((worker) => worker.items))).toBeGreaterThan(20);
  });

  it('lost nothing that the killed worker held: it was fetched again', async () => {
    const expired = await crawl.campaign.runtime.db.q
      .selectFrom('work_item_attempts')
      .innerJoin('work_items', 'work_items.work_item_id', 'work_item_attempts.work_item_id')
      .innerJoin('workers', 'workers.worker_id', 'work_item_attempts.worker_id')
      .select(['work_items.status', 'work_items.attempt', 'work_item_attempts.error_code'])
      .where('work_item_attempts.outcome', '=', 'expired')
      .where('workers.pid', '=', crawl.killedPid)
      .execute();
    expect(expired.length).toBeGreaterThanOrEqual(1);
    for (const { status, attempt, error_code: code } of expired) {
      expect(status).not.toBe('in_progress');
      // It was held by a worker that died, which is charged to nobody.
      expect({ code, attempt }).toEqual({ code: 'worker_lost', attempt: 1 });
    }
  });

  it('is counted in the run as it is in the tables', async () => {
    const total = await crawl.campaign.items(sourceName, ['completed', 'failed', 'skipped']);
    const count = (status: string) => total.filter((item) => item.status === status).length;
    expect(crawl.run).toMatchObject({
      itemsTotal: total.length,
      itemsProcessed: total.length,
      itemsSucceeded: count('completed'),
      itemsFailed: count('failed'),
      itemsSkipped: count('skipped'),
    });
  });

  it('saw the polite distance between any two requests, and a contact in each', () => {
    // No tolerance: the log has microseconds, and a request can only arrive later than it was sent.
    expect(Math.min(...gaps(crawl.requests))).toBeGreaterThanOrEqual(delaySeconds * 1000);
    const agents = new Set(crawl.requests.map((request) => request.agent));
    expect([...agents].filter((agent) => !agent.includes(contact))).toEqual([]);
  });

  it('was asked for many pages at once: thirty times fewer requests than items, and one for each suspect', async () => {
    const { suspects } = await crawl.campaign.runtime.db.q
      .selectFrom('work_item_attempts')
      .select((eb) => eb.fn.countAll<number>().as('suspects'))
      .where('error_code', '=', 'worker_lost')
      .executeTakeFirstOrThrow();
    expect(crawl.requests.length).toBeLessThanOrEqual(crawl.run.itemsProcessed / 30 + suspects);
  });

  describe('and crawled again without a change', () => {
    let again: Crawled;

    beforeAll(async () => {
      again = await crawl.recrawl();
      console.log(comparison('Unchanged recrawl', again, crawl));
    }, 600_000);

    it('is known to be unchanged, page by page, without a new record', async () => {
      expect(again.run).toMatchObject({
        status: 'completed',
        itemsFailed: 0,
        itemsUnchanged: crawl.expected.pages.size,
      });
      expect(await recordsOfMoreThanOne(crawl)).toEqual([]);
    });

    it('costs at most 3 % of the requests of the first crawl, and 5 % of its bytes', () => {
      expect(again.requests.length).toBeGreaterThan(0);
      expect(again.requests.length).toBeLessThanOrEqual(crawl.requests.length * 0.03);
      expect(again.bytes).toBeLessThanOrEqual(crawl.bytes * 0.05);
    });

    it('says of each page by what it is known to be unchanged, and as of when', async () => {
      const attempts = await crawl.campaign.runtime.db.q
        .selectFrom('work_item_attempts')
        .select(['http_status', 'facts'])
        .where('run_id', '=', again.run.runId)
        .where('outcome', '=', 'unchanged')
        .execute();
      const facts = attempts.map((attempt) => JSON.parse(attempt.facts ?? '{}'));
      expect(facts).toHaveLength(crawl.expected.pages.size);
      expect(new Set(facts.map((fact) => fact.settled_by))).toEqual(new Set(['recent_changes']));
      for (const fact of facts) expect(fact.as_of).toMatch(/^\d{4}-.+Z$/);
    });
  });

  describe('and crawled again after one page in a hundred was edited', () => {
    let again: Crawled;

    beforeAll(async () => {
      again = await crawl.recrawl(changes);
      console.log(comparison('Recrawl after edits', again, crawl));
    }, 600_000);

    it('gives a record of every edit and of nothing else', async () => {
      expect(again.run.status).toBe('completed');
      expect(await recordsOfMoreThanOne(crawl)).toEqual(
        edited.map(({ edit }) => edit.replaceAll(' ', '_')).sort(),
      );
      // The deleted page and the moved one are no longer there.
      expect(again.run.itemsUnchanged).toBe(crawl.expected.pages.size - edited.length - 2);
    });

    it('finds where a page was moved, and where a redirect leads now', async () => {
      const before = new Set(crawl.expected.pages.keys());
      const titles = await crawl.campaign.recordedTitles(sourceName);
      const found = [...new Set(titles)].filter((title) => !before.has(title));
      expect(found).toEqual(['Article_elsewhere', 'New_target']);
    });

    it('finds that a page was deleted, which is no failure', async () => {
      const skipped = await crawl.campaign.items(sourceName, ['skipped']);
      const gone = skipped.filter((item) => item.error_code === 'resource_missing');
      expect(gone.map((item) => item.resource_id)).toEqual(['Article_0100']);
      expect(again.run).toMatchObject({ itemsFailed: 0, itemsMissing: 1 });
    });

    it('costs two requests more for each changed page at most', () => {
      const most = crawl.requests.length * 0.03 + changes.length * 2;
      expect(again.requests.length).toBeLessThanOrEqual(most);
      expect(Math.min(...gaps(again.requests))).toBeGreaterThanOrEqual(delaySeconds * 1000);
    });
  });
});

const comparison = (what: string, again: Crawled, first: Crawled): string => {
  const percent = (a: number, b: number) => `${((a / b) * 100).toFixed(1)} %`;
  const pages = again.run.itemsProcessed;
  return [
    `${what}: ${again.requests.length} requests for ${pages} pages (${percent(again.requests.length, pages)};`,
    `${percent(again.requests.length, first.requests.length)} of the first crawl's ${first.requests.length}),`,
    `${again.bytes} bytes (${percent(again.bytes, first.bytes)} of ${first.bytes})`,
  ].join(' ');
};

async function recordsOfMoreThanOne({ campaign }: Crawl): Promise<string[]> {
  const twice = await campaign.runtime.db.q
    .selectFrom('IngestRecords')
    .select('resource_id')
    .where('source_name', '=', sourceName)
    .groupBy('resource_id')
    .having((eb) => eb.fn.countAll(), '>', 1)
    .execute();
  return twice.map((row) => row.resource_id).sort();
}

async function crawlWiki(mediaWiki: MediaWikiPackages): Promise<Crawl> {
  const campaign = await openCampaign();
  const wiki = await startWiki(mediaWiki, { shape: largeShape });
  const meter = await startByteMeter(Number(new URL(wiki.apiUrl).port));
  const clear = async () => {
    await campaign.clear();
    await meter.close();
    await wiki.stop();
  };
  try {
    const apiUrl = `http://127.0.0.1:${meter.port}/api.php`;
    const source = { name: sourceName, apiUrl, delaySeconds, maxDepth };
    const expected = reachablePages(wiki.database, [seedTitle], maxDepth);
    const runId = await campaign.crawl(source);
    const victim = campaign.startWorker();
    await campaign.untilDone(runId, sourceName, 20);
    campaign.startWorker();
    await campaign.untilDone(runId, sourceName, expected.pages.size / 3);
    await campaign.killWhileItHolds(victim, runId);

    let counted = { requests: 0, bytes: 0 };
    const crawled = async (run: string): Promise<Crawled> => {
      const ended = await campaign.untilEnded(run);
      const all = { requests: apiRequests(wiki.accessLog), bytes: meter.passed() };
      const { requests, bytes } = counted;
      counted = { requests: all.requests.length, bytes: all.bytes };
      return { run: ended, requests: all.requests.slice(requests), bytes: all.bytes - bytes };
    };
    const first = await crawled(runId);
    const recrawl = async (made: readonly PageChange[] = []) => {
      if (made.length > 0) await wiki.change(made);
      return crawled(await campaign.recrawl(sourceName));
    };
    return { ...first, campaign, expected, killedPid: victim.pid, recrawl, clear };
  } catch (error) {
    await clear();
    throw error;
  }
}
