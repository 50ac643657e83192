import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/json.ts';
import { harness, itemOf } from '#test/fetch-harness.ts';
import { type Respond, sendJson, startLoopbackServer } from '#test/loopback-server.ts';
import { http } from './index.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function siteThat(respond: Respond, settings: JsonObject = {}, secrets = {}) {
  const server = await startLoopbackServer(respond);
  opened.push(server);
  const source = harness(http, { base_url: `${server.origin}/`, ...settings }, { secrets });
  opened.push(source);
  const paths = () => server.requests.map(({ url }) => url);
  const fetchPath = (path: string, overrides: Partial<Parameters<typeof source.fetch>[0]> = {}) => {
    const [item] = source.seed({ urls: [path] });
    if (!item) throw new Error('no item');
    return source.fetch({ ...item, ...overrides });
  };
  return { ...source, server, paths, fetchPath };
}

/** Answers 404 for robots.txt and otherwise as told. */
const site =
  (respond: Respond): Respond =>
  (asked, response) => {
    if (asked.url === '/robots.txt') response.writeHead(404).end();
    else respond(asked, response);
  };

describe('an API', () => {
  it('declared as JSON is asked with its headers and secret, and not for robots.txt', async () => {
    const api = await siteThat(
      (_, response) => sendJson(response, { items: [1] }, { headers: { etag: '"1"' } }),
      { response: 'json', headers: { 'X-Version': '2' } },
      { authorization: 'Token t-1' },
    );
    const outcome = await api.fetchPath('records?b=2&a=1#top');
    expect(outcome).toMatchObject({
      kind: 'fetched',
      payload: { items: [1] },
      text: null,
      validators: { etag: '"1"' },
    });
    expect(api.paths()).toEqual(['/records?b=2&a=1']);
    expect(api.server.requests[0]?.headers).toMatchObject({
      authorization: 'Token t-1',
      'x-version': '2',
      'user-agent': 'Deployment/1',
    });
    expect(JSON.stringify(outcome)).not.toContain('t-1');
  });

  it('that answers with anything but JSON is an error that shows how it begins', async () => {
    const api = await siteThat((_, response) => void response.end('{"a": '), { response: 'json' });
    expect(await api.fetchPath('x')).toMatchObject({
      kind: 'error',
      code: 'payload_invalid',
      message: expect.stringContaining('{"a":'),
    });
  });

  it('is asked conditionally, by ETag before date, and 304 is unchanged', async () => {
    const api = await siteThat(
      (asked, response) => {
        const known =
          asked.headers['if-none-match'] === '"1"' ||
          asked.headers['if-modified-since'] !== undefined;
        if (known) response.writeHead(304).end();
        else sendJson(response, {});
      },
      { response: 'json' },
    );
    const lastModified = 'Wed, 21 Oct 2015 07:28:00 GMT';
    expect(await api.fetchPath('x', { etag: '"1"', lastModified })).toMatchObject({
      kind: 'unchanged',
      validators: { etag: '"1"', lastModified },
    });
    expect(api.server.requests[0]?.headers['if-modified-since']).toBeUndefined();
    expect(await api.fetchPath('x', { lastModified })).toMatchObject({ kind: 'unchanged' });
    expect(await api.fetchPath('x', { etag: '"2"' })).toMatchObject({ kind: 'fetched' });
  });

  it.each([
    [404, 'http_not_found'],
    [410, 'http_gone'],
    [403, 'http_forbidden'],
    [418, 'http_client_error'],
    [429, 'http_rate_limited'],
    [502, 'http_server_error'],
  ])('an answer %i has its code', async (status, code) => {
    const api = await siteThat((_, response) => sendJson(response, {}, { status }), {
      response: 'json',
    });
    expect(await api.fetchPath('x')).toMatchObject({
      kind: 'error',
      code,
      facts: { statusCode: status },
    });
  });

  it('links are found by paths', () => {
    const settings = http.settingsSchema.parse({
      discovery: { enabled: true, links: ['$.items[*].url', "$['next page']"] },
    });
    const item = itemOf({
      resourceType: 'record',
      resourceId: 'x',
      requestUri: 'https://api.example/v1/items',
    });
    const payload = {
      items: [
        { url: '/v1/items/1' },
        { url: 'https://other.example/2' },
        { id: 3 },
        { url: 'mailto:x@y.z' },
      ],
      'next page': '?page=2',
    };
    expect(
      http
        .discover(item, payload, { sourceName: 's', settings, secrets: {} })
        .map(({ requestUri }) => requestUri),
    ).toEqual(['https://api.example/v1/items/1', 'https://api.example/v1/items?page=2']);
  });
});

describe('a site', () => {
  const html = (body: string) => `<!doctype html><html><body>${body}</body></html>`;

  it('is stored as received, in its own charset, and its links are followed', async () => {
    const pages = await siteThat(
      site((_, response) => {
        response.writeHead(200, { 'content-type': 'text/html; charset=iso-8859-1' });
        response.end(
          Buffer.from(
            html(
              '<a href="/caf\u00e9#menu">caf\u00e9</a> <a href="b">b</a> <a href="b#x">b</a>' +
                ' <a href="https://elsewhere.example/">e</a> <a href="javascript:x()">j</a>' +
                ' <a rel="nofollow" href="/secret">n</a> <a href="http://u:p@here/">p</a>',
            ),
            'latin1',
          ),
        );
      }),
      { discovery: { enabled: true } },
    );
    const [item] = pages.seed({ urls: ['dir/a'] });
    if (!item) throw new Error('no item');
    const outcome = await pages.fetch(item);
    if (outcome.kind !== 'fetched') throw new Error(`was ${outcome.kind}`);
    expect(outcome.text).toContain('>caf\u00e9<');
    expect(outcome.contentType).toBe('text/html');
    const { origin } = pages.server;
    expect(
      http.discover(item, outcome.payload, pages.context).map(({ resourceId }) => resourceId),
    ).toEqual([`${origin}/caf%C3%A9`, `${origin}/dir/b`]);
    expect(pages.pauses()).toBe(1);
  });

  it('is not fetched where robots.txt forbids it, and robots.txt is asked once', async () => {
    const pages = await siteThat((asked, response) => {
      response.end(asked.url === '/robots.txt' ? 'User-agent: Deployment\nDisallow: /no' : 'page');
    });
    expect(await pages.fetchPath('no')).toMatchObject({ kind: 'error', code: 'robots_disallowed' });
    expect(await pages.fetchPath('yes')).toMatchObject({ kind: 'fetched' });
    expect(pages.paths()).toEqual(['/robots.txt', '/yes']);
  });

  it('is held to what robots.txt says to the name that the source goes by', async () => {
    const robots =
      'User-agent: ExampleBot\nDisallow: /no\n\nUser-agent: Deployment\nDisallow: /yes';
    const pages = await siteThat(
      (asked, response) => void response.end(asked.url === '/robots.txt' ? robots : 'page'),
      { robots_token: 'exampleBot' },
    );
    expect(await pages.fetchPath('no')).toMatchObject({ kind: 'error', code: 'robots_disallowed' });
    expect(await pages.fetchPath('yes')).toMatchObject({ kind: 'fetched' });
  });

  it('is held to what robots.txt says to the name that its own request goes by', async () => {
    const pages = await siteThat((asked, response) => {
      response.end(asked.url === '/robots.txt' ? 'User-agent: ItemBot\nDisallow: /no' : 'page');
    });
    const [item] = pages.seed({ urls: ['no'] });
    if (!item) throw new Error('no item');
    const named = { ...item, requestHeaders: { 'User-Agent': 'ItemBot/1' } };
    expect(await pages.fetch(named)).toMatchObject({ kind: 'error', code: 'robots_disallowed' });
    expect(await pages.fetch(item)).toMatchObject({ kind: 'fetched' });
  });

  it('whose robots.txt cannot be read is tried again later', async () => {
    const pages = await siteThat((asked, response) => {
      response.writeHead(asked.url === '/robots.txt' ? 500 : 200).end();
    });
    expect(await pages.fetchPath('a')).toMatchObject({ kind: 'error', code: 'http_server_error' });
    expect(pages.paths()).toEqual(['/robots.txt']);
  });

  it('on a host that cannot or must not be connected to says so, not that robots.txt is missing', async () => {
    const pages = await siteThat(() => undefined);
    const inside = await pages.fetchPath('http://10.0.0.1/page');
    expect(inside).toMatchObject({ kind: 'error', code: 'egress_address_refused' });
    await pages.server.close();
    const gone = await pages.fetchPath('a');
    expect(gone).toMatchObject({ kind: 'error', code: 'egress_connect_failed' });
  });

  it('that allowed us otherwise is fetched without asking robots.txt', async () => {
    const pages = await siteThat((_, response) => void response.end('User-agent: *\nDisallow: /'), {
      respect_robots: false,
    });
    expect(await pages.fetchPath('a')).toMatchObject({ kind: 'fetched' });
  });
});

describe('seeds', () => {
  it('are canonical addresses, each once', async () => {
    const pages = await siteThat(() => undefined);
    const { origin } = pages.server;
    const urls = ['a', `${origin}/a#x`, `${origin.toUpperCase().replace('HTTP', 'http')}/a`];
    expect(pages.seed({ urls }).map(({ resourceId }) => resourceId)).toEqual([`${origin}/a`]);
  });

  it('that are very long keep distinct ids within the column', async () => {
    const pages = await siteThat(() => undefined);
    const long = 'x'.repeat(600);
    const ids = pages.seed({ urls: [`${long}1`, `${long}2`] }).map(({ resourceId }) => resourceId);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id.length).toBeLessThanOrEqual(500);
  });

  it('that no request can be made of are refused', () => {
    const source = harness(http, {});
    opened.push(source);
    expect(() => source.seed({ urls: ['relative/without/base'] })).toThrow(/absolute/);
    expect(() => source.seed({ urls: ['ftp://example.org/'] })).toThrow(/http/);
  });
});

describe('settings', () => {
  it.each([
    [{ discovery: { links: ['$.a['] } }, 'discovery.links.0'],
    [{ discovery: { links: ['a[[['] } }, 'discovery.links.0'],
    [{ headers: { Authorization: 'x' } }, 'headers.Authorization'],
    [{ headers: { 'X-A': 'a\r\nb: c' } }, 'headers.X-A'],
    [{ base_url: 'https://u:p@example.org/' }, 'base_url'],
    [{ base_url: 'example.org' }, 'base_url'],
  ])('%j are refused at the field', (settings, path) => {
    const result = http.settingsSchema.safeParse(settings);
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});
