import { describe, expect, it } from 'vitest';
import { countingLeftOut } from '../left-out.ts';
import { followable } from '../web/addresses.ts';
import { PageTooHeavy } from '../web/bounded-page.ts';
import { onEventLoop } from '../web/selector.ts';
import { matcherOf, patternFault } from './patterns.ts';
import { droppedOf } from './seeding.ts';
import { httpSettings } from './settings.ts';
import { isStoredType, isWanted } from './site-rules.ts';

describe('a pattern', () => {
  it.each([
    ['/docs/', '/docs/a', '/Docs/a'],
    ['docs/', '/docs/a?x=1', '/old/docs/'],
    ['/docs/*.html', '/docs/a/b.html', '/docs/b.html5'],
    ['*.html', '/a/b.html?x=1', '/a.htm'],
    ['/docs/**', '/docs/a/b', '/doc'],
    ['/*/edit', '/a/b/edit', '/edit'],
    ['/list?page=*', '/list?page=2', '/list'],
    ['*?page=*', '/any?page=2', '/any?size=2'],
    ['re:^/20\\d\\d/', '/2026/x', '/a/2026/x'],
    ['re:/(?:en|de)/.+\\.html$', '/x/en/a.html', '/x/fr/a.html'],
    ['https://Example.org/docs/', '/docs/a', '/a'],
    ['https://*/a', '/a', '/b'],
  ])('%s means %s and not %s', (pattern, is, isNot) => {
    expect(patternFault(pattern)).toBeNull();
    const matches = matcherOf(pattern);
    expect(matches(new URL(is, 'https://example.org'))).toBe(true);
    expect(matches(new URL(isNot, 'https://example.org'))).toBe(false);
  });

  it.each([
    '((a{1,30}){1,30})b',
    '(?:a{1,20}){1,20}',
    '((a{1,100}){1,100}){1,100}',
    '(a)\\1+',
    '(?=a)b',
    '(?<!a)b',
    '[a',
    '(',
    '\\p{Nothing}',
  ])('re:%s is refused, with a reason', (expression) => {
    expect(patternFault(`re:${expression}`)).toMatch(/\w{3}/);
    const { error } = httpSettings.safeParse({ site: { include: [`re:${expression}`] } });
    expect(error?.issues[0]?.path).toEqual(['site', 'include', 0]);
  });

  it.each([
    '^/a+.*$',
    '/x/[a-z]+/',
    '^(?:/en|/de)?/.*\\.(?:html|htm)$',
    '^/\\d{4}/\\d{2}/',
    'a{2,5}',
    '(a+)+$',
    '(a|a)*b',
    '(a|ab)+c',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '(.*)(.*)(.*)x',
    '^.*.*.*x',
    `${'a?'.repeat(30)}${'a'.repeat(30)}`,
    `${'(a|b|ab)'.repeat(10)}c`,
    '(?:a{1,15}){1,15}',
    '(?P<name>a+)+b',
    '(?i)(a|A)*B',
  ])('re:%s takes no time over the longest address', (expression) => {
    expect(patternFault(`re:${expression}`)).toBeNull();
    const matches = matcherOf(`re:${expression}`);
    const url = new URL(`https://example.org/${'a'.repeat(1950)}!`);
    const before = process.cpuUsage();
    for (let n = 0; n < 20; n += 1) matches(url);
    const { user } = process.cpuUsage(before);
    expect(user / 1000).toBeLessThan(500);
  });
});

it('an expression means the same, whichever engine matches it', () => {
  const path = new URL('https://example.org/en/2026/a-b.html?x=1');
  for (const [expression, is] of [
    ['^/(?:en|de)/\\d+/', true],
    ['^/(?:(?:en|de)/)+(?:\\d+/)*', true],
    ['^(/[a-z]+)+$', false],
    ['(?i)/EN/', true],
    ['(?P<year>\\d{4})/a\\-b', true],
  ] as const) {
    expect(patternFault(`re:${expression}`)).toBeNull();
    expect([expression, matcherOf(`re:${expression}`)(path)]).toEqual([expression, is]);
  }
});

it('many matches of a costly expression are left to a thread', () => {
  const { site } = httpSettings.parse({ site: { include: ['re:(?:a{1,15}){1,15}b'] } });
  const { leave } = countingLeftOut();
  const links = Array.from({ length: 500 }, (_, n) => `https://example.org/${'a'.repeat(400)}${n}`);
  const judge = () => links.filter((link) => isWanted(link, site, leave));
  expect(() => onEventLoop(judge)).toThrow(PageTooHeavy);
});

const wanted = (path: string, site: object = {}) => {
  const { leave, leftOut } = countingLeftOut();
  const { site: settings } = httpSettings.parse({ site });
  const is = isWanted(new URL(path, 'https://example.org').href, settings, leave);
  return is ? true : Object.keys(leftOut)[0];
};

describe('traps', () => {
  it.each([
    '/a/b/a/b/a/b/a/b/',
    '/shop/shop/shop/',
    '/shop/shop/shop',
    `/list?${Array.from({ length: 25 }, (_, n) => `f${n}=1`).join('&')}`,
    '/list?f=1&f=2&f=3&f=4&f=5&f=6',
    '/calendar/2099/05/',
    '/cal/2099/05',
    '/club/month/2099-05/',
    '/termine/2099',
    '/schedule?start=2099-05-01',
    '/events?month=2051-01',
    '/kalender?jahr=1871',
  ])('%s is left out, unless that is turned off', (path) => {
    expect(wanted(path)).toBe('trap');
    expect(wanted(path, { skip_traps: false })).toBe(true);
  });

  it.each([
    '/docs/a/b/c/d/e/f/g/h',
    '/2026/11/11/11/a',
    '/blog/2004/05/a-post',
    `/calendar/${new Date().getUTCFullYear()}/05/`,
    '/en/docs/en/index.html',
    '/search?a=1&b=2&c=3&d=4',
    '/a/b/a/b/c',
    '/events/123456',
  ])('%s is none', (path) => {
    expect(wanted(path)).toBe(true);
  });
});

it('extensions are those of the path, in whichever case they are written', () => {
  const site = { skip_extensions: ['*.zip', 'PDF'] };
  expect(wanted('/a.ZIP?x=1', site)).toBe('excluded');
  expect(wanted('/a.pdf', site)).toBe('excluded');
  expect(wanted('/a?file=b.zip', site)).toBe(true);
});

it('parameters of campaigns are left out, those of visits where that is asked for', () => {
  const address = (url: string, site: object) =>
    followable(url, 'https://example.org', droppedOf(httpSettings.parse({ site })));
  const tracked = '/a?utm_source=x&id=1&fbclid=y&sid=2';
  expect(address(tracked, {})).toBe('https://example.org/a?id=1&sid=2');
  expect(address(tracked, { drop_sessions: true })).toBe('https://example.org/a?id=1');
  expect(address(tracked, { drop_tracking: false })).toBe(`https://example.org${tracked}`);
  expect(address('/a;jsessionid=1F/b', { drop_sessions: true })).toBe('https://example.org/a/b');
});

it('content types are stored by name, or by their first half', () => {
  const { site } = httpSettings.parse({ site: { content_types: ['Text/HTML', 'image/*'] } });
  expect(
    ['text/html', 'image/png', 'text/plain', ''].map((type) => isStoredType(type, site)),
  ).toEqual([true, true, false, true]);
});
