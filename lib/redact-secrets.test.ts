import { describe, expect, it } from 'vitest';
import { redactHeaders, redactSecrets } from './redact-secrets.ts';

describe('text that leaves the process', () => {
  it.each([
    ['https://ann:hunter2@wiki.example/a', 'https://[redacted]@wiki.example/a'],
    ['GET https://api.example/x?page=2&api_key=hunter2&q=a', '?page=2&api_key=[redacted]&q=a'],
    ['https://api.example/x?access_token=hunter2#top', '?access_token=[redacted]#top'],
    ['Authorization: Bearer hunter2.eyJ', 'Authorization: Bearer [redacted]'],
    ['basic dXNlcjpodW50ZXIy=', 'basic [redacted]'],
    ['Server=db;Password=hunter2;Encrypt=yes', 'Server=db;Password=[redacted];Encrypt=yes'],
    ['{"a":{"b":[{"x-api-key":"hunter2"}]}}', '{"a":{"b":[{"x-api-key":"[redacted]"}]}}'],
    ['{"headers":{"Authorization":"hun\\"ter2"}}', '{"headers":{"Authorization":"[redacted]"}}'],
  ])('%s', (text, left) => {
    expect(redactSecrets(text)).toContain(left);
    expect(redactSecrets(text)).not.toMatch(/hunter2|eyJ|dXNlcjpo|ter2/);
  });

  it.each([
    'https://en.example.org/wiki/Key_(music)?title=Token&oldid=7',
    'someone@example.org wrote to https://example.org/a@b',
    '{"token_count":"7","keys":["a"],"msg":"Basic authentication is asked for"}',
    '1,204 of 4,000 items done, 3 of them failed.',
  ])('stays as it is where there is none: %s', (text) => {
    expect(redactSecrets(text)).toBe(text);
  });
});

describe('headers that are stored or shown', () => {
  it.each([
    'Authorization',
    'proxy-authorization',
    'Cookie',
    'X-API-Key',
    'api-key',
    'X-Auth-Token',
    'x-tokenid',
    'Client-Secret',
  ])('have no value of %s', (name) => {
    expect(redactHeaders({ [name]: 'hunter2', accept: 'a/b' })).toEqual({
      [name]: '[redacted]',
      accept: 'a/b',
    });
  });

  it('do not set cookies', () => {
    expect(redactHeaders({ 'Set-Cookie': 'id=hunter2', etag: '"1"' })).toEqual({ etag: '"1"' });
  });
});
