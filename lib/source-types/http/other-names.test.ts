import { expect, it } from 'vitest';
import { judgeNames, type ReadPage } from './other-names.ts';
import { httpSettings } from './settings.ts';

const settings = httpSettings.parse({ discovery: { enabled: true } });

const judge = (
  requestUri: string,
  response: Partial<ReadPage['response']>,
  head = '',
  there: Partial<ReadPage> = {},
) =>
  judgeNames(
    {
      response: { status: 200, headers: {}, finalUrl: requestUri, redirects: [], ...response },
      text: `<head>${head}</head><body>The text of this page.</body>`,
      isHtml: true,
    },
    {
      item: {
        requestUri,
        requestMethod: 'GET',
        resourceType: 'document',
        priority: 10,
        metadata: null,
        depth: 1,
      },
      sourceName: 'unit',
      settings,
      ask: async (url) => ({
        response: { status: 200, headers: {}, finalUrl: url, redirects: [] },
        text: '<body>The text of this page.</body>',
        isHtml: true,
        ...there,
      }),
    },
  );

it.each([
  ['https://example.org/a', 'https://www.example.org/a'],
  ['https://www.example.org/a', 'https://example.org/a'],
  ['http://example.org/a', 'https://www.example.org/a'],
])('a link to %s that moved for good to %s is followed there', async (asked, moved) => {
  const redirects = [{ status: 301, url: asked }];
  expect(await judge(asked, { finalUrl: moved, redirects })).toMatchObject({
    kind: 'alias',
    because: 'redirect',
    canonical: { requestUri: moved, isHop: false },
  });
});

it('a page of the unencrypted site goes by the address of the encrypted one', async () => {
  const canonical = '<link rel=canonical href="https://example.org/a">';
  const judged = await judge('http://example.org/a', {}, canonical);
  expect(judged).toMatchObject({ kind: 'alias', url: 'https://example.org/a' });
});

it('a page that is asked for by another name for now keeps its own when its head names it', async () => {
  const response = {
    finalUrl: 'https://www.example.org/a',
    redirects: [{ status: 302, url: 'https://example.org/a' }],
  };
  const canonical = '<link rel=canonical href="https://www.example.org/a">';
  expect(await judge('https://example.org/a', response, canonical)).toEqual({ kind: 'own' });
});

it('an empty page is like no other', async () => {
  const canonical = '<link rel=canonical href="/b">';
  const there = { text: '<body></body>' };
  expect(await judge('https://example.org/empty', {}, canonical, there)).toMatchObject({
    kind: 'kept',
    because: 'reads_differently',
    leadsTo: [{ requestUri: 'https://example.org/b' }],
  });
});
