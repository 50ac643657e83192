/** The test wiki is what the crawl test takes it for: checked over HTTP, before any of our code. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { apiRequests } from './access-log.ts';
import { availableMediaWiki } from './available.ts';
import { awkwardTitles, defaultShape, seedTitle } from './pages.ts';
import { reachablePages } from './reachable.ts';
import { startWiki, type Wiki } from './wiki.ts';

const packages = availableMediaWiki();

const answerSchema = z.object({
  continue: z.record(z.string(), z.string()).optional(),
  query: z.object({
    normalized: z.array(z.object({ from: z.string(), to: z.string() })).optional(),
    redirects: z.array(z.object({ from: z.string(), to: z.string() })).optional(),
    pages: z
      .array(
        z.object({
          title: z.string(),
          missing: z.boolean().optional(),
          links: z.array(z.object({ ns: z.number(), title: z.string() })).optional(),
        }),
      )
      .optional(),
  }),
});

describe.runIf(packages !== null)('the test wiki', () => {
  let wiki: Wiki;

  beforeAll(async () => {
    if (packages !== null) wiki = await startWiki(packages);
  });
  afterAll(() => wiki?.stop());

  const query = async (parameters: Record<string, string>) => {
    const search = new URLSearchParams({
      ...{ action: 'query', format: 'json', formatversion: '2', redirects: '1' },
      ...parameters,
    });
    const response = await fetch(`${wiki.apiUrl}?${search}`, {
      headers: { 'user-agent': 'wiki-check' },
    });
    return answerSchema.parse(await response.json());
  };

  it('cuts the links of the large page at 500 and continues', async () => {
    const parameters = {
      titles: 'Index of everything',
      prop: 'links',
      plnamespace: '0',
      pllimit: 'max',
    };
    const first = await query(parameters);
    const second = await query({ ...parameters, ...first.continue });
    expect(first.query.pages?.[0]?.links).toHaveLength(500);
    expect(first.continue).toHaveProperty('plcontinue');
    expect(second.query.pages?.[0]?.links).toHaveLength(defaultShape.hubLinks - 500);
    expect(second.continue).toBeUndefined();
  });

  it('normalizes titles, resolves double redirects, and names missing pages', async () => {
    const normalized = await query({ titles: 'article_0001' });
    expect(normalized.query.normalized).toEqual([{ from: 'article_0001', to: 'Article 0001' }]);
    const double = await query({ titles: 'Old name' });
    expect(double.query.pages?.map((page) => page.title)).toEqual(['Behind two redirects']);
    const missing = await query({ titles: 'To a missing page' });
    expect(missing.query.pages).toEqual([{ title: 'Missing behind a redirect', missing: true }]);
  });

  it('answers a circle of redirects without any page', async () => {
    const circle = await query({ titles: 'Circle one' });
    expect(circle.query.redirects).toHaveLength(2);
    expect(circle.query.pages).toBeUndefined();
  });

  it.each(awkwardTitles)('knows the page %s under exactly this title', async (title) => {
    const found = await query({ titles: title });
    expect(found.query.pages).toEqual([{ title }]);
  });

  it('has at least 300 reachable pages, and some that are not', () => {
    const all = reachablePages(wiki.database, [seedTitle], 100);
    expect(all.pages.size).toBeGreaterThanOrEqual(300);
    expect(all.pages.has('Behind_two_redirects')).toBe(true);
    expect(all.pages.has('By_template_only')).toBe(true);
    expect(all.pages.has('Island_1')).toBe(false);
    expect(all.pages.get('Deep_8')).toBe(8);
    expect(reachablePages(wiki.database, [seedTitle], 0).pages.size).toBe(1);
    expect(reachablePages(wiki.database, [seedTitle], 3).pages.has('Deep_4')).toBe(false);
  });

  it('logs when each request arrived and who sent it', async () => {
    const before = Date.now();
    await query({ titles: 'AC/DC' });
    const last = apiRequests(wiki.accessLog).at(-1);
    expect(last).toMatchObject({ method: 'GET', agent: 'wiki-check' });
    expect(last?.at).toBeGreaterThanOrEqual(before);
    expect(last?.at).toBeLessThanOrEqual(Date.now());
  });
});
