import { describe, expect, it } from 'vitest';
import { failureOfAddress, localPath, pathOfAddress } from './address.ts';

describe('a failure in the address of the sign-in page', () => {
  it.each([
    ['provider_no_role', 'You have no role in this console.'],
    ['OAuthSignin', 'The provider could not be reached.'],
    ['Callback', 'The provider did not sign you in.'],
  ])('%s says: %s', (error, message) => {
    expect(failureOfAddress(error)).toEqual({
      code: expect.stringMatching(/^provider_/),
      message,
      remedy: expect.stringMatching(/\.$/),
    });
  });

  it('puts no words of the address on the page', () => {
    for (const error of ['Call +1 555 0100 to unlock', '<b>', 'toString', '', 'OAuthCallback']) {
      expect(failureOfAddress(error)?.message).toBe('Signing in with the provider failed.');
    }
    expect(failureOfAddress(undefined)).toBeNull();
    expect(failureOfAddress(['provider_no_role'])).toBeNull();
  });
});

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
});
