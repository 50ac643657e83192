import { afterEach, expect, it } from 'vitest';
import { harness } from '#test/fetch-harness.ts';
import { startLoopbackServer } from '#test/loopback-server.ts';
import { http } from './index.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

/** The links of what a server answers to the seed `/`, which it may have redirected. */
async function linksOf(answers: Record<string, { headers: Record<string, string>; body: string }>) {
  const server = await startLoopbackServer((asked, response) => {
    const answer = answers[asked.url ?? ''];
    if (!answer) return void response.writeHead(404).end();
    const location = answer.headers['location']?.replace('PORT', new URL(server.origin).port);
    const status = location === undefined ? 200 : 302;
    response.writeHead(status, { ...answer.headers, ...(location ? { location } : {}) });
    response.end(answer.body);
  });
  opened.push(server);
  const source = harness(http, {
    base_url: `${server.origin}/`,
    one_address: true,
    discovery: { enabled: true },
  });
  opened.push(source);
  const [item] = source.seed({ urls: ['/'] });
  if (!item) throw new Error('no item');
  const outcome = await source.fetch(item);
  if (outcome.kind !== 'fetched') throw new Error(`the seed ended as ${outcome.kind}`);
  const { responseHeaders } = outcome.facts;
  return http
    .discover(item, outcome.payload, source.context, { responseHeaders })
    .map(({ requestUri }) => new URL(requestUri))
    .map(({ hostname, pathname }) => `${hostname}${pathname}`);
}

const html = { 'content-type': 'text/html' };
const contents =
  '<!doctype html><body><noscript><a href="/a">a</a></noscript><iframe src="/b"></iframe>';

it('a seed that is redirected to another name for now goes on there', async () => {
  const links = await linksOf({
    '/': { headers: { location: 'http://localhost:PORT/home' }, body: '' },
    '/home': { headers: html, body: contents },
  });
  expect(links).toEqual(['localhost/a', 'localhost/b']);
});

it('a page whose answer forbids it is kept, and its links are not followed', async () => {
  expect(await linksOf({ '/': { headers: html, body: contents } })).toHaveLength(2);
  const others = { ...html, 'x-robots-tag': 'otherbot: none, deploymentbot: noindex, nofollow' };
  expect(await linksOf({ '/': { headers: others, body: contents } })).toHaveLength(2);
  for (const forbidding of ['noarchive, nofollow', 'otherbot: noindex, deployment: nofollow']) {
    const headers = { ...html, 'x-robots-tag': forbidding };
    expect(await linksOf({ '/': { headers, body: contents } })).toEqual([]);
  }
});
