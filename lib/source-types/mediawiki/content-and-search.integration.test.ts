import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/json.ts';
import { type Harness, harness, itemOf } from '#test/fetch-harness.ts';
import { type LoopbackServer, sendJson, startLoopbackServer } from '#test/loopback-server.ts';
import { mediawiki } from './index.ts';
import type { MediawikiSettings } from './settings.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

interface Wiki extends Harness<MediawikiSettings> {
  readonly server: LoopbackServer;
  asked(): Record<string, string>[];
}

/** A wiki with the pages Alpha to Delta, `Old` redirecting to Alpha; it answers as MediaWiki 1.39 does. */
async function wiki(settings: JsonObject = {}): Promise<Wiki> {
  const parametersOf = (url: string | undefined) =>
    Object.fromEntries(new URL(url ?? '', 'http://wiki').searchParams);
  const titles = ['Alpha', 'Beta', 'Gamma', 'Delta'];
  const server = await startLoopbackServer((request, response) => {
    const asked = parametersOf(request.url);
    if (asked['action'] === 'parse') {
      const title = asked['page'] ?? '';
      if (title === 'Delta') {
        sendJson(response, { error: { code: 'missingtitle', info: 'no such page' } });
        return;
      }
      const pageid = titles.indexOf(title);
      const text = `<p>Rendered ${title}</p>`;
      sendJson(response, { parse: { title, pageid, revid: 40 + pageid, text } });
      return;
    }
    if (asked['list'] === 'search') {
      const offset = Number(asked['sroffset']);
      const search = titles.slice(offset, offset + 2).map((title) => ({ ns: 0, title }));
      const more =
        offset + 2 < titles.length ? { continue: { sroffset: offset + 2, continue: '-||' } } : {};
      sendJson(response, {
        batchcomplete: true,
        ...more,
        query: { searchinfo: { totalhits: titles.length }, search },
      });
      return;
    }
    const wanted = (asked['titles'] ?? '').split('|');
    const redirects = wanted.includes('Old') ? [{ from: 'Old', to: 'Alpha' }] : [];
    const resolved = [...new Set(wanted.map((title) => (title === 'Old' ? 'Alpha' : title)))];
    const content = (title: string) =>
      asked['prop']?.includes('revisions')
        ? { revisions: [{ revid: 1, slots: { main: { content: `Wikitext of ${title}` } } }] }
        : {};
    const pages = resolved.map((title) => {
      const index = titles.indexOf(title);
      return index < 0
        ? { ns: 0, title, missing: true }
        : { ns: 0, title, pageid: index, lastrevid: 40 + index, ...content(title) };
    });
    sendJson(response, { batchcomplete: true, query: { redirects, pages } });
  });
  opened.push(server);
  const source = harness(mediawiki, {
    api_url: `${server.origin}/w/api.php`,
    email: 'op@example.org',
    ...settings,
  });
  opened.push(source);
  return { ...source, server, asked: () => server.requests.map(({ url }) => parametersOf(url)) };
}

const seedOf = (titles: readonly string[]) => ({ resource_type: 'content', titles: [...titles] });

describe('the content of pages', () => {
  it('as HTML is checked together and rendered one by one', async () => {
    const source = await wiki();
    const items = source.seed(seedOf(['Alpha', 'Old', 'Beta', 'Nowhere', 'Delta']));
    const outcomes = await source.fetchTogether(items);
    expect(outcomes).toMatchObject([
      {
        kind: 'fetched',
        payload: { title: 'Alpha', format: 'html', text: '<p>Rendered Alpha</p>', revid: 40 },
        validators: { revision: '40' },
      },
      { kind: 'alias', canonical: { resourceType: 'content', resourceId: 'Alpha' } },
      { kind: 'fetched', payload: { title: 'Beta' } },
      { kind: 'error', code: 'page_missing' },
      // It was deleted between the two questions.
      { kind: 'error', code: 'page_missing' },
    ]);
    const asked = source.asked();
    expect(asked[0]).toMatchObject({
      prop: 'revisions',
      rvprop: 'ids',
      titles: 'Alpha|Old|Beta|Nowhere|Delta',
    });
    expect(asked.slice(1).map(({ action, page }) => `${action} ${page}`)).toEqual([
      'parse Alpha',
      'parse Beta',
      'parse Delta',
    ]);
    expect(asked[1]).toMatchObject({ maxlag: '5', disablelimitreport: '1' });
    expect(source.pauses()).toBe(3);
  });

  it('as wikitext comes for all of them in one request', async () => {
    const source = await wiki({ content_format: 'wikitext' });
    const outcomes = await source.fetchTogether(source.seed(seedOf(['Alpha', 'Beta'])));
    expect(outcomes).toMatchObject([
      { kind: 'fetched', payload: { format: 'wikitext', text: 'Wikitext of Alpha' } },
      { kind: 'fetched', payload: { format: 'wikitext', text: 'Wikitext of Beta' } },
    ]);
    expect(source.asked()).toHaveLength(1);
    expect(source.asked()[0]?.['prop']).not.toContain('links');
  });

  it.each(['html', 'wikitext'])('of known revisions costs one request, as %s', async (format) => {
    const source = await wiki({ content_format: format });
    const items = source
      .seed(seedOf(['Alpha', 'Beta']))
      .map((item, index) => ({ ...item, revision: String(40 + index), lastFetchedAt: 'before' }));
    const outcomes = await source.fetchTogether(items);
    expect(outcomes.map((outcome) => outcome?.kind)).toEqual(['unchanged', 'unchanged']);
    expect(source.asked()).toHaveLength(1);
  });

  it('is discovered with each page where that is wanted, at no distance from it', async () => {
    const source = await wiki({ discovery: { discover_content: true, discover_links: false } });
    const [page] = source.seed({ titles: ['Alpha'] });
    if (!page) throw new Error('no item');
    const found = mediawiki.discover(page, { title: 'Alpha' }, source.context);
    expect(found).toMatchObject([{ resourceType: 'content', resourceId: 'Alpha', isHop: false }]);
    const [content] = found;
    if (content) expect(mediawiki.discover(itemOf(content), {}, source.context)).toEqual([]);
  });
});

describe('a search', () => {
  const walk = async (seed: JsonObject) => {
    const source = await wiki({ namespaces: [0, 14] });
    const queue = source.seed({ resource_type: 'search', search_query: 'droid', ...seed });
    const pages: string[] = [];
    for (let item = queue.shift(); item; item = queue.shift()) {
      const outcome = await source.fetch(item);
      if (outcome.kind !== 'fetched') throw new Error(`was ${outcome.kind}`);
      for (const found of mediawiki.discover(item, outcome.payload, source.context)) {
        expect(found.isHop).toBe(false);
        if (found.resourceType === 'search') queue.push(itemOf(found));
        else pages.push(found.resourceId);
      }
    }
    return { pages, source };
  };

  it('is read to its end, and leads to pages as seeds', async () => {
    const { pages, source } = await walk({ max_pages: 0 });
    expect(pages).toEqual(['Alpha', 'Beta', 'Gamma', 'Delta']);
    expect(source.asked()).toMatchObject([
      { srsearch: 'droid', srnamespace: '0|14', srlimit: '50', sroffset: '0', maxlag: '5' },
      { sroffset: '2' },
    ]);
  });

  it('ends at its number of pages', async () => {
    expect((await walk({ max_pages: 1 })).pages).toEqual(['Alpha', 'Beta']);
  });

  it('has the same items when it is seeded again', async () => {
    const source = await wiki();
    const seed = { resource_type: 'search', search_query: 'droid' };
    expect(source.seed(seed)).toEqual(source.seed(seed));
    expect(source.seed(seed)[0]?.resourceId).toBe('droid#1');
  });

  it.each([
    [{ resource_type: 'search' }, 'search_query'],
    [{ resource_type: 'search', titles: ['A'] }, 'search_query'],
    [{ resource_type: 'content' }, 'titles'],
    [{}, 'titles'],
  ])('a seed %j is refused at the field', (seed, path) => {
    const { error } = mediawiki.seedSchema.safeParse(seed);
    expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});

it('a challenge in front of the wiki is recognised, whatever its status', async () => {
  const server = await startLoopbackServer((_, response) => {
    response.writeHead(202, { 'x-amzn-waf-action': 'challenge' }).end();
  });
  opened.push(server);
  const source = harness(mediawiki, {
    api_url: `${server.origin}/api.php`,
    email: 'o@example.org',
  });
  opened.push(source);
  const [item] = source.seed({ titles: ['Alpha'] });
  if (item) expect(await source.fetch(item)).toMatchObject({ kind: 'error', code: 'blocked' });
});
