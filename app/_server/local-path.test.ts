import { describe, expect, it } from 'vitest';
import { localPath, ownAddress, pathOfAddress } from './local-path.ts';

describe('the way after signing in', () => {
  it('leads back to where the person was going', () => {
    expect(localPath('/work-items?status=failed')).toBe('/work-items?status=failed');
  });

  it.each([
    '//evil.example/x',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/\t/evil.example',
    '/.//evil.example',
    '/./\\evil.example',
    '/runs/..//evil.example',
    '/%2e//evil.example',
    '/%2E%2e//evil.example',
    '/.\t//evil.example',
    '',
    undefined,
    ['/runs'],
  ])('leads to the first page for %j', (next) => {
    expect(localPath(next)).toBe('/');
  });

  it('is the path alone of an address that came back from signing in', () => {
    const way = (address: unknown) => localPath(pathOfAddress(address));
    expect(way('https://ingest.example.org/runs?status=ended')).toBe('/runs?status=ended');
    expect(way('https://ingest.example.org//evil.example')).toBe('/');
    expect(way('https://ingest.example.org/.//evil.example')).toBe('/');
    expect(way('runs')).toBe('/');
    expect(way(undefined)).toBe('/');
  });

  it.each([
    ['/runs?status=ended', '/runs?status=ended'],
    ['https://ingest.example.org/runs', '/runs'],
    ['https://ingest.example.org', '/'],
    ['https://ingest.example.org.evil.example', '/'],
    ['https://ingest.example.org@evil.example', '/'],
    ['https://ingest.example.org//evil.example', '/'],
    ['\\\\evil.example', '/'],
    ['/\r\n/evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['', '/'],
  ])('of next-auth for %j stays in this console', (url, path) => {
    const base = 'https://ingest.example.org';
    expect(ownAddress(url, base)).toBe(`${base}${path}`);
  });
});
