import { describe, expect, it } from 'vitest';
import { describeUrl, hostOf, parseHttpUrl } from './url.ts';

describe('the host of a URL', () => {
  it.each([
    ['https://EN.Wikipedia.org/w/api.php?x=1', 'en.wikipedia.org'],
    ['http://example.org:8080/', 'example.org:8080'],
    ['https://example.org:443/', 'example.org'],
    ['https://example.org./', 'example.org'],
    ['http://example.org.:8080/', 'example.org:8080'],
    ['http://[2001:db8::1]:8080/', '[2001:db8::1]:8080'],
    ['test://sample/test_resource_001', 'sample'],
    ['not a url', null],
    ['http:example.org/a', 'example.org'],
    ['http:///example.org/a', 'example.org'],
    ['https://user@example.org/a@b.test', 'example.org'],
    ['https://example.org\\@b.test/', 'example.org'],
    ['https://example.org?at=b.test', 'example.org'],
    ['https://exam\tple.org/', 'example.org'],
    ['https://127.1/', '127.0.0.1'],
    ['https://exa mple.org/', null],
  ])('of %s is %s, however often it is asked for', (url, host) => {
    expect([hostOf(url), hostOf(url)]).toEqual([host, host]);
  });
});

it('a URL is described without credentials, query and fragment', () => {
  expect(describeUrl('https://u:p@example.org/a/b?key=secret#c')).toBe('https://example.org/a/b');
});

it('refuses what is not http or https, without repeating a password', () => {
  expect(() => parseHttpUrl('gopher://example.org/')).toThrow(/only http and https/);
  expect(() => parseHttpUrl('https://u:hunter2@example.org/')).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
  );
});
