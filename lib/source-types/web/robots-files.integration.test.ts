/** robots.txt as servers send it: what stands there binds, however it is written, packed or led to. */
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { harness } from '#test/fetch-harness.ts';
import { type Respond, startLoopbackServer } from '#test/loopback-server.ts';
import { http } from '../http/index.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

/** What becomes of a page below `/private/` whose robots.txt is sent so. */
async function privatePage(respond: Respond): Promise<string> {
  const server = await startLoopbackServer((asked, response) => {
    if (asked.url === '/private/x') response.end('page');
    else respond(asked, response);
  });
  const source = harness(http, {});
  opened.push(server, source);
  const [item] = source.seed({ urls: [`${server.origin}/private/x`] });
  if (!item) throw new Error('no item');
  const outcome = await source.fetch(item);
  return outcome.kind === 'error' ? outcome.code : outcome.kind;
}

const rules = 'User-agent: *\nDisallow: /private/\n';
const wide = Buffer.from(rules, 'utf16le');
const many = `#${'x'.repeat(100)}\r${rules.replaceAll('\n', '\r')}${'Disallow: /z/\r'.repeat(50_000)}`;

describe('a file forbids what it says', () => {
  it.each<[string, string | Uint8Array]>([
    ['in lines that end in CR', rules.replaceAll('\n', '\r')],
    ['in lines that end in CR, of which the limit cuts the last', many],
    ['in lines that end in LF, of which the limit cuts the last', many.replaceAll('\r', '\n')],
    ['without an end of its last line', rules.trimEnd()],
    ['behind a mark', `\uFEFF${rules}`],
    ['in UTF-16, behind a mark', Buffer.from(`\uFEFF${rules}`, 'utf16le')],
    ['in UTF-16, without a mark', wide],
    ['in UTF-16 of the other order', Buffer.from(wide).swap16()],
    ['packed, which nothing says', gzipSync(rules)],
  ])('%s', async (_, body) => {
    const outcome = await privatePage((__, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' }).end(body);
    });
    expect(outcome).toBe('robots_disallowed');
  });

  it('where redirects lead, over five of them', async () => {
    const outcome = await privatePage((asked, response) => {
      const hop = Number(/\d$/.exec(asked.url ?? '')?.[0] ?? 0);
      if (hop === 5) response.end(rules);
      else response.writeHead(302, { location: `/robots${hop + 1}` }).end();
    });
    expect(outcome).toBe('robots_disallowed');
  });
});

describe('a file that', () => {
  it.each<[string, Respond, string]>([
    ['is not there', (_, response) => response.writeHead(404).end(rules), 'fetched'],
    ['is empty', (_, response) => response.writeHead(204).end(), 'fetched'],
    [
      'redirects to itself',
      (_, response) => response.writeHead(302, { location: '/robots.txt' }).end(),
      'fetched',
    ],
    [
      'redirects on and on',
      (asked, response) => response.writeHead(302, { location: `${asked.url}x` }).end(),
      'fetched',
    ],
    [
      'redirects to what is no address of the web',
      (_, response) => response.writeHead(302, { location: 'ftp://x.example/' }).end(),
      'fetched',
    ],
    ['redirects nowhere', (_, response) => response.writeHead(302).end(), 'fetched'],
    ['is asked for too often', (_, response) => response.writeHead(429).end(), 'http_server_error'],
    ['comes in part', (_, response) => response.writeHead(206).end(rules), 'http_server_error'],
    ['cannot be read', (_, response) => response.writeHead(503).end(), 'http_server_error'],
    [
      'is packed in a way nobody knows',
      (_, response) => response.writeHead(200, { 'content-encoding': 'klingon' }).end(rules),
      'http_server_error',
    ],
  ])('%s', async (_, respond, outcome) => {
    expect(await privatePage(respond)).toBe(outcome);
  });
});
