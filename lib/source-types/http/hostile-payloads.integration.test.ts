/** Payloads that are made to be slow or large: read as far as they go, or one attempt fails with a code. */
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { type Harness, harness, itemOf } from '#test/fetch-harness.ts';
import { type LoopbackServer, startLoopbackServer } from '#test/loopback-server.ts';
import { discoverItems, payloadOf } from '../discover-items.ts';
import { getSourceType } from '../registry.ts';
import { http } from './index.ts';
import type { HttpSettings } from './settings.ts';

let server: LoopbackServer | undefined;
let source: Harness<HttpSettings> | undefined;
afterEach(async () => {
  await source?.close();
  await server?.close();
});

/** What came of it: the code of a failure, or the links that were found. */
async function read(body: string, contentType: string, resourceType = 'document') {
  const packed = gzipSync(body);
  server = await startLoopbackServer((request, response) => {
    if (request.url === '/robots.txt') return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': contentType, 'content-encoding': 'gzip' });
    response.end(packed);
  });
  source = harness(http, {
    discovery: { enabled: true, links: ['a[href]', '$..url'], max_depth: 5 },
  });
  const requestUri = `${server.origin}/`;
  const item = itemOf({ resourceType, resourceId: requestUri, requestUri });
  const outcome = await source.fetch(item);
  if (outcome.kind !== 'fetched') return outcome.kind === 'error' ? outcome.code : outcome.kind;
  const context = { type: getSourceType('http'), context: source.context };
  const { items } = await discoverItems(item, payloadOf(outcome), context);
  return items.map(({ requestUri: found }) => found.replace(requestUri, '/'));
}

describe('a page', () => {
  it.each<[string, string]>([
    ['of 100,000 nested div', '<div>'.repeat(100_000)],
    ['of nested tables', '<table><tr><td>'.repeat(20_000)],
    ['of formatting in blocks', '<p><b id=1><i id=2>'.repeat(5_000)],
    ['of attributes', `<p ${Array.from({ length: 20_000 }, (_, at) => `a${at}`).join(' ')}>`],
    ['of comments', '<!-- -->'.repeat(20_000)],
  ])('%s is read to its end', async (_, body) => {
    expect(await read(`${body}<a href="/end">`, 'text/html')).toEqual(['/end']);
  });

  it.each<[string, string]>([
    ['256 kB of rel=', 'rel='.repeat(64_000)],
    ['200 kB of open angles', '<'.repeat(200_000)],
    ['more nodes than are kept', '<a href=/first>x</a>'.repeat(1) + '<!---->'.repeat(400_000)],
  ])('of %s is read as far as it goes', async (what, body) => {
    const links = what.startsWith('more') ? ['/first'] : [];
    expect(await read(body, 'text/html')).toEqual(links);
  });

  it('of more links than any page has gives the first of them', async () => {
    const links = Array.from({ length: 30_000 }, (_, at) => `<a href=/${at}>`).join('');
    expect(await read(links, 'text/html')).toHaveLength(20_000);
  });
});

describe('JSON', () => {
  it.each<[string, string, string | string[]]>([
    ['33 MB of empty objects', `[${'{},'.repeat(11_000_000)}{}]`, 'payload_too_complex'],
    ['nested 20,000 deep', '['.repeat(20_000) + ']'.repeat(20_000), 'payload_too_complex'],
    ['open lists', '['.repeat(100_000), 'payload_too_complex'],
    ['a string that never ends', `"${'x'.repeat(100_000)}`, 'payload_invalid'],
    ['60 kB of empty objects', `[${'{},'.repeat(20_000)}{"url":"/end"}]`, ['/end']],
    ['a large answer', JSON.stringify({ text: 'x'.repeat(2_000_000), url: '/end' }), ['/end']],
  ])('%s', async (_, body, expected) => {
    expect(await read(body, 'application/json')).toEqual(expected);
  });
});

describe('a sitemap', () => {
  it.each<[string, string, string | string[]]>([
    ['of 300 kB of nested tags', '<urlset>'.repeat(40_000), 'payload_too_complex'],
    ['of nested tags that are closed', `${'<a>'.repeat(200)}</urlset>`, 'payload_too_complex'],
    ['of blank lines', '\n'.repeat(1_000_000), 'payload_invalid'],
    [
      'with a prefix and a DOCTYPE',
      `<?xml version="1.0"?><!DOCTYPE ns0:urlset><ns0:urlset xmlns:ns0="x"><ns0:url><ns0:loc>/a</ns0:loc></ns0:url></ns0:urlset>`,
      ['/a'],
    ],
  ])('%s', async (_, body, expected) => {
    expect(await read(body, 'application/xml', 'sitemap')).toEqual(expected);
  });
});
