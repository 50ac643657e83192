import { describe, expect, it } from 'vitest';
import { RedirectCookies } from './redirect-cookies.ts';

const past = 'Thu, 01 Jan 1970 00:00:00 GMT';
const site = new URL('https://www.site.example/in/here?x');

/** The header of a hop after one answer of `site` that set this. */
function sent(setCookie: string | string[], to = 'https://www.site.example/in/there') {
  const cookies = new RedirectCookies();
  cookies.keep(site, setCookie);
  return cookies.headersFor(new URL(to), undefined)['cookie'];
}

describe('a cookie that a redirect sets', () => {
  it.each([
    ['for its host', 'a=1', 'https://www.site.example/in/x'],
    ['for its directory and below', 'a=1', 'https://www.site.example/in/deep/er'],
    ['for its domain', 'a=1; Domain=site.example', 'https://login.site.example/in/'],
    ['for its domain with a dot', 'a=1; Domain=.Site.Example', 'https://site.example/in/'],
    ['for its path', 'a=1; Path=/', 'https://www.site.example/'],
    ['for the path itself', 'a=1; path=/x', 'https://www.site.example/x'],
    ['with a path that is none', 'a=1; Path=x', 'https://www.site.example/in/x'],
    ['until later', 'a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT', undefined],
    ['until a date that is none', 'a=1; Expires=soon', undefined],
    ['for an hour, whatever date it has', `a=1; Max-Age=3600; Expires=${past}`, undefined],
    ['for a time that is none', 'a=1; Max-Age=soon', undefined],
  ])('is sent on: %s', (_, setCookie, to) => {
    expect(sent(setCookie, to)).toBe('a=1');
  });

  it.each([
    ['to another host', 'a=1', 'https://login.site.example/in/'],
    ['outside its directory', 'a=1', 'https://www.site.example/out'],
    ['to a path that begins like its own', 'a=1; Path=/in', 'https://www.site.example/inside'],
    ['of a foreign domain', 'a=1; Domain=other.example', 'https://other.example/in/'],
    ['of a domain that ends like it', 'a=1; Domain=te.example', 'https://te.example/in/'],
    ['of a whole top-level domain', 'a=1; Domain=example', 'https://other.example/in/'],
    ['in the clear, where it is secure', 'a=1; Secure', 'http://www.site.example/in/'],
    ['when it is over', `a=1; Expires=${past}`, undefined],
    ['when its time is over', 'a=1; Max-Age=0', undefined],
    ['when its time is below nothing', 'a=1; Max-Age=-1', undefined],
    [
      'when its time is over, whatever date it has',
      'a=1; Max-Age=0; Expires=Wed, 21 Oct 2099 07:28:00 GMT',
      undefined,
    ],
    ['without a name', '=1', undefined],
    ['without a value', 'a', undefined],
    ['with what would end the header', 'a=1\r\nx: y', undefined],
  ])('is not sent %s', (_, setCookie, to) => {
    expect(sent(setCookie, to)).toBeUndefined();
  });

  it('is taken back by a later one', () => {
    expect(sent(['a=1', 'b=2', `a=; Expires=${past}`])).toBe('b=2');
  });
});
