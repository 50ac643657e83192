import { describe, expect, it } from 'vitest';
import { isSameOrigin } from './same-origin.ts';

const post = (headers: Record<string, string>) =>
  isSameOrigin('POST', new Headers({ host: 'console.example.org', ...headers }));

describe('a changing request', () => {
  it('is taken from our own pages', () => {
    expect(post({ origin: 'https://console.example.org', 'sec-fetch-site': 'same-origin' })).toBe(
      true,
    );
    expect(post({ origin: 'https://console.example.org' })).toBe(true);
    expect(post({ 'sec-fetch-site': 'same-origin' })).toBe(true);
  });

  it('is refused from anywhere else', () => {
    expect(post({ origin: 'https://evil.example' })).toBe(false);
    expect(post({ origin: 'https://console.example.org.evil.example' })).toBe(false);
    expect(post({ origin: 'null' })).toBe(false);
    expect(post({ 'sec-fetch-site': 'cross-site' })).toBe(false);
    expect(post({ 'sec-fetch-site': 'same-site' })).toBe(false);
    expect(post({ origin: 'https://console.example.org', 'sec-fetch-site': 'cross-site' })).toBe(
      false,
    );
  });

  it('is refused when it does not say where it comes from', () => {
    expect(post({})).toBe(false);
  });

  it('is compared with the host the proxy in front was asked for', () => {
    const headers = {
      origin: 'https://ingest.example.org',
      'x-forwarded-host': 'ingest.example.org',
    };
    expect(post(headers)).toBe(true);
  });

  it('may be read from anywhere: reading changes nothing', () => {
    expect(isSameOrigin('GET', new Headers())).toBe(true);
  });
});
