import { describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/json.ts';
import { itemOf } from '#test/fetch-harness.ts';
import { http } from './index.ts';

interface Sent {
  /** The address that answered. */
  readonly url?: string;
  readonly type?: string;
  readonly robots?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly settings?: JsonObject;
  readonly depth?: number;
  /** That of the deployment. */
  readonly userAgent?: string;
  readonly requestHeaders?: Readonly<Record<string, string>>;
}

function linksOf(
  html: string,
  {
    url,
    type = 'text/html',
    robots,
    headers = {},
    settings = {},
    depth = 0,
    userAgent,
    requestHeaders = {},
  }: Sent = {},
) {
  const requestUri = 'https://site.example/';
  const named = { resourceType: 'document', resourceId: 'x', requestUri, requestHeaders };
  const item = itemOf(named, { depth });
  const context = {
    sourceName: 's',
    secrets: {},
    userAgent,
    settings: http.settingsSchema.parse({ discovery: { enabled: true }, ...settings }),
  };
  const payload = { content_type: type, url: url ?? requestUri, text: html };
  const responseHeaders = {
    ...headers,
    ...(robots === undefined ? {} : { 'x-robots-tag': robots }),
  };
  return http
    .discover(item, payload, context, { responseHeaders })
    .map((found) => found.requestUri.replace('https://site.example', ''));
}

describe('links are seen', () => {
  it.each([
    ['in noscript', '<body><noscript><ol><li><a href="/a">a</a></ol></noscript>'],
    ['in noscript of the head', '<head><noscript><a href="/a">a</a></noscript></head>'],
    ['as a refresh', '<meta http-equiv="Refresh" content="0; url=/a">'],
    ['as a frame', '<frameset><frame src="/a"></frameset>'],
    ['as an inline frame', '<iframe src="/a"></iframe>'],
    ['as an area of a map', '<map><area href="/a"></map>'],
  ])('%s', (_, html) => {
    expect(linksOf(html)).toEqual(['/a']);
  });

  it.each([
    [
      'application/xhtml+xml',
      '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><a href="/a"/></body></html>',
    ],
    [
      'application/xhtml+xml',
      '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="x.js" /></head><body><a href="/a"/></body></html>',
    ],
    ['', '<!DOCTYPE html><a href="/a">a</a>'],
    ['', '\n<html><a href="/a">a</a></html>'],
  ])('in %j', (type, html) => {
    expect(linksOf(html, { type })).toEqual(['/a']);
  });

  it('not in text that names no type', () => {
    expect(linksOf('about <a href="/a">', { type: '' })).toEqual([]);
  });

  it('as a refresh in the header', () => {
    expect(linksOf('<p>moved</p>', { headers: { refresh: "0; url='/a'" } })).toEqual(['/a']);
  });

  it.each([
    ['of its base', '<base href="/docs/">', '/docs/a'],
    ['of the first of two', '<base target="_top"><base href="/x/"><base href="/y/">', '/x/a'],
    ['of the page, where its base is no address', '<base href="javascript:void(0)">', '/a'],
    ['of the page, where its base is data', '<base href="data:text/plain,x">', '/a'],
  ])('relative to the address %s', (_, base, found) => {
    expect(linksOf(`${base}<a href="a">a</a>`)).toEqual([found]);
  });

  it.each([
    ['a dot at its end', 'https://site.example./a'],
    ['escapes', 'https://s%69te.example/a'],
    ['its port', 'https://site.example:443/a'],
    ['capitals', 'HTTPS://Site.Example/a'],
    ['blanks around it', ' https://site.example/a\n'],
    ['backslashes', 'https:\\\\site.example\\a'],
  ])('where the host is written with %s', (_, href) => {
    expect(linksOf(`<a href="${href}">a</a>`)).toEqual(['/a']);
  });

  it('by selectors alone where they were chosen', () => {
    const html =
      '<iframe src="/b"></iframe><a class="next" href="/a">a</a><meta http-equiv="refresh" content="0;url=/c">';
    expect(
      linksOf(html, { settings: { discovery: { enabled: true, links: ['a.next'] } } }),
    ).toEqual(['/a']);
  });
});

describe('links are left alone', () => {
  const link = '<body><a href="/a">a</a>';
  it.each([
    ['by the page', `<meta name="robots" content="noindex, nofollow">${link}`, undefined],
    [
      'by the page, for this crawler',
      `<meta name="holocroningest" content="none">${link}`,
      undefined,
    ],
    ['by the answer', link, 'nofollow'],
    ['by the answer, for this crawler', link, 'otherbot: noindex, holocroningest: nofollow'],
  ])('%s', (_, html, robots) => {
    const sent = robots === undefined ? {} : { robots };
    expect(linksOf(html, sent)).toEqual([]);
    expect(
      linksOf(html, { ...sent, settings: { respect_robots: false, discovery: { enabled: true } } }),
    ).toEqual(['/a']);
  });

  it('not when another crawler is meant', () => {
    expect(
      linksOf(`<meta name="otherbot" content="nofollow">${link}`, { robots: 'otherbot: nofollow' }),
    ).toEqual(['/a']);
  });
});

describe('the name that a page speaks to is', () => {
  const link = '<a href="/a">a</a>';
  const deployment = 'Mozilla/5.0 (compatible; AcmeBot/2.1; +https://acme.example/)';
  const ofItem = { 'User-Agent': 'ItemBot/1' };
  it.each<[string, string, Sent]>([
    ['that of the deployment', 'acmebot', { userAgent: deployment }],
    ["that of the item's request", 'itembot', { userAgent: deployment, requestHeaders: ofItem }],
    [
      'that of the source',
      'ownbot',
      { userAgent: deployment, requestHeaders: ofItem, settings: { user_agent: 'OwnBot/1' } },
    ],
    [
      'the token of the source',
      'token',
      { userAgent: deployment, settings: { user_agent: 'OwnBot/1', robots_token: 'Token' } },
    ],
  ])('%s', (_, name, sent) => {
    const settings = { discovery: { enabled: true }, ...sent.settings };
    const meta = (content: string) => `<meta name="${name}" content="${content}">${link}`;
    expect(linksOf(meta('nofollow'), { ...sent, settings })).toEqual([]);
    expect(linksOf(link, { ...sent, settings, robots: `${name}: none` })).toEqual([]);
    expect(linksOf(meta('noindex'), { ...sent, settings })).toEqual(['/a']);
    const other = { ...sent, settings, robots: 'holocroningest: none' };
    expect(linksOf(`<meta name="acme" content="none">${link}`, other)).toEqual(['/a']);
  });
});

describe('the host that answered', () => {
  const html =
    '<a href="/a">a</a><a href="https://site.example/b">b</a><a href="https://other.example/c">c</a>';
  const www = ['https://www.site.example/a', '/b'];

  it('is the site where it is the www host, or a seed was sent there', () => {
    expect(linksOf(html, { url: 'https://www.site.example/' })).toEqual(www);
    expect(linksOf(html, { url: 'https://www.site.example/', depth: 3 })).toEqual(www);
    expect(linksOf('<a href="/a">a</a>', { url: 'https://new.example/' })).toEqual([
      'https://new.example/a',
    ]);
  });

  it('is not when a link was sent to another', () => {
    expect(linksOf(html, { url: 'https://other.example/', depth: 1 })).toEqual(['/b']);
  });
});
