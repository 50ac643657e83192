import { describe, expect, it } from 'vitest';
import type { RequestSettings } from '#lib/config/request-settings.ts';
import { peerHeader } from './door-headers.ts';
import { isAllowedHost, isSameOrigin } from './same-origin.ts';

const plain: RequestSettings = { consoleOrigin: null, trustedProxies: [], allowedHosts: [] };
const underTls: RequestSettings = { ...plain, consoleOrigin: 'https://ingest.example.org' };
const behindProxy: RequestSettings = { ...plain, trustedProxies: ['10.0.0.0/8'] };

const post = (headers: Record<string, string>, settings: RequestSettings = plain) =>
  isSameOrigin('POST', new Headers({ host: 'console.example.org:3000', ...headers }), settings);
const own = 'http://console.example.org:3000';

describe('a changing request', () => {
  it('is taken from our own pages', () => {
    expect(post({ origin: own, 'sec-fetch-site': 'same-origin' })).toBe(true);
    expect(post({ origin: own })).toBe(true);
  });

  it.each([
    ['another host', { origin: 'http://evil.example' }],
    ['a longer name', { origin: 'http://console.example.org.evil.example' }],
    ['another scheme', { origin: 'https://console.example.org:3000' }],
    ['another port', { origin: 'http://console.example.org' }],
    ['nowhere', { origin: 'null' }],
    ['another site, with our origin', { origin: own, 'sec-fetch-site': 'cross-site' }],
    ['a sibling of ours', { origin: own, 'sec-fetch-site': 'same-site' }],
    ['no origin', { 'sec-fetch-site': 'same-origin' }],
    ['nothing at all', {}],
    [
      'a host that only the request names',
      { origin: 'http://evil.example', 'x-forwarded-host': 'evil.example' },
    ],
  ])('is refused from %s', (_, headers) => {
    expect(post(headers)).toBe(false);
  });

  it('is taken under TLS from the configured address alone', () => {
    expect(post({ origin: 'https://ingest.example.org' }, underTls)).toBe(true);
    expect(post({ origin: 'http://ingest.example.org' }, underTls)).toBe(false);
    expect(post({ origin: own }, underTls)).toBe(false);
  });

  it('is compared with what a trusted proxy was asked for', () => {
    const headers = {
      origin: 'https://ingest.example.org',
      'x-forwarded-host': 'ingest.example.org',
      'x-forwarded-proto': 'https',
    };
    const from = (peer: string) =>
      isSameOrigin(
        'POST',
        new Headers({ ...headers, host: 'web:3000', [peerHeader]: peer }),
        behindProxy,
      );
    expect(from('10.0.0.2')).toBe(true);
    expect(from('203.0.113.9')).toBe(false);
  });

  it('may be read from anywhere: reading changes nothing', () => {
    expect(isSameOrigin('GET', new Headers(), plain)).toBe(true);
  });
});

it('hosts are any, or the configured ones and the own', () => {
  const isAllowed = (host: string, settings: RequestSettings) =>
    isAllowedHost(new Headers({ host }), settings);
  expect(isAllowed('anything.example', plain)).toBe(true);
  const strict = { ...underTls, allowedHosts: ['localhost', '10.0.0.5'] };
  for (const host of ['ingest.example.org', 'localhost:3000', '10.0.0.5']) {
    expect(isAllowed(host, strict)).toBe(true);
  }
  for (const host of ['evil.example', 'localhost.evil.example', '', 'a b']) {
    expect(isAllowed(host, strict)).toBe(false);
  }
});
