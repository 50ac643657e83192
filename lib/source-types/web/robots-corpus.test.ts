/**
 * The cases that Google publishes with its parser (google/robotstxt, robots_test.cc), asked of ours. Where Google goes
 * beyond RFC 9309 by allowing more (`index.html` for its folder), the RFC is held; where it forbids more, so do we.
 */
import { describe, expect, it } from 'vitest';
import { RobotsRules } from './robots-rules.ts';

type Case = readonly [robots: string, agent: string, path: string, isAllowed: boolean];

const everybodyOut = 'user-agent: *\ndisallow: /\n';
const group = (allow: string, disallow: string) =>
  `user-agent: FooBot\ndisallow: ${disallow}\nallow: ${allow}\n`;
const groups =
  'allow: /foo/bar/\n\nuser-agent: FooBot\ndisallow: /\nallow: /x/\nuser-agent: BarBot\ndisallow: /\nallow: /y/\n\n\nallow: /w/\nuser-agent: BazBot\n\nuser-agent: FooBot\nallow: /z/\ndisallow: /\n';
const global =
  'user-agent: *\nallow: /x\ndisallow: /\n\nuser-agent: FooBot\nallow: /x/y\ndisallow: /\n';
const spaced = (agent: string) =>
  `User-Agent: *\nDisallow: /\nUser-Agent: ${agent}\nAllow: /x/\nDisallow: /\n`;

const cases: Readonly<Record<string, readonly Case[]>> = {
  'system test': [
    ['', 'FooBot', '/', true],
    ['user-agent: FooBot\ndisallow: /\n', 'FooBot', '/x', false],
    ['user-agent: FooBot\ndisallow: /\n', 'BarBot', '/x', true],
    [everybodyOut, 'FooBot', '/', false],
  ],
  'syntax of lines': [
    ['user-agent: FooBot\ndisallow: /\n', 'FooBot', '/x/y', false],
    ['foo: FooBot\nbar: /\n', 'FooBot', '/x/y', true],
    ['user-agent FooBot\ndisallow /\n', 'FooBot', '/x/y', false],
    ['user-agent\t FooBot\ndisallow  \t/\n', 'FooBot', '/x/y', false],
    ['user-agent FooBot and others\ndisallow /\n', 'FooBot', '/x/y', true],
  ],
  'syntax of groups': [
    [groups, 'FooBot', '/x/b', true],
    [groups, 'FooBot', '/z/d', true],
    [groups, 'FooBot', '/y/c', false],
    [groups, 'BarBot', '/y/c', true],
    [groups, 'BarBot', '/w/a', true],
    [groups, 'BarBot', '/z/d', false],
    [groups, 'BazBot', '/z/d', true],
    [groups, 'FooBot', '/foo/bar/', false],
    [groups, 'BarBot', '/foo/bar/', false],
  ],
  'groups with other records': [
    [
      'User-agent: BarBot\nSitemap: https://foo.bar/s\nUser-agent: *\nDisallow: /\n',
      'FooBot',
      '/',
      false,
    ],
    [
      'User-agent: BarBot\nSitemap: https://foo.bar/s\nUser-agent: *\nDisallow: /\n',
      'BarBot',
      '/',
      false,
    ],
    [
      'User-agent: FooBot\nInvalid-Unknown-Line: unknown\nUser-agent: *\nDisallow: /\n',
      'FooBot',
      '/',
      false,
    ],
    [
      'User-agent: FooBot\nInvalid-Unknown-Line: unknown\nUser-agent: *\nDisallow: /\n',
      'BarBot',
      '/',
      false,
    ],
  ],
  'case of names': [
    ['USER-AGENT: FooBot\nALLOW: /x/\nDISALLOW: /\n', 'FooBot', '/x/y', true],
    ['USER-AGENT: FooBot\nALLOW: /x/\nDISALLOW: /\n', 'FooBot', '/a/b', false],
    ['UsEr-AgEnT: FOO BAR\nAlLoW: /x/\nDiSaLlOw: /\n', 'foo', '/a/b', false],
    ['user-agent: FoO\nallow: /x/\ndisallow: /\n', 'Foo', '/x/y', true],
  ],
  'agents up to the first blank': [
    [spaced('Foo Bar'), 'Foo', '/x/y', true],
    [spaced('Foo Bar'), 'Foo', '/a', false],
    [spaced('Foo Bar'), 'Bar', '/x/y', false],
  ],
  'everybody, where nobody is named': [
    ['user-agent: FooBot\ndisallow: /\n', 'BarBot', '/', true],
    [global, 'FooBot', '/x/y', true],
    [global, 'FooBot', '/x', false],
    [global, 'QuxBot', '/x', true],
    ['user-agent: * baz\ndisallow: /\n', 'FooBot', '/', false],
    ['user-agent: *\ndisallow: /\nuser-agent: FooBot\n', 'FooBot', '/', true],
  ],
  'case of values': [
    ['user-agent: FooBot\ndisallow: /x/\n', 'FooBot', '/x/y', false],
    ['user-agent: FooBot\ndisallow: /X/\n', 'FooBot', '/x/y', true],
  ],
  'the longest match': [
    [
      group('', '/x/page.html').replace('allow: \n', 'allow: /x/\n'),
      'FooBot',
      '/x/page.html',
      false,
    ],
    [group('/x/page.html', '/x/'), 'FooBot', '/x/page.html', true],
    [group('/x/page.html', '/x/'), 'FooBot', '/x/', false],
    ['user-agent: FooBot\ndisallow: \nallow: \n', 'FooBot', '/x/page.html', true],
    [group('/', '/'), 'FooBot', '/x/page.html', true],
    [group('/x/', '/x'), 'FooBot', '/x', false],
    [group('/x/', '/x'), 'FooBot', '/x/', true],
    [group('/x/page.html', '/x/page.html'), 'FooBot', '/x/page.html', true],
    [group('/page', '/*.html'), 'FooBot', '/page.html', false],
    [group('/page', '/*.html'), 'FooBot', '/page', true],
    [group('/x/page.', '/*.html'), 'FooBot', '/x/page.html', true],
    [group('/x/page.', '/*.html'), 'FooBot', '/x/y.html', false],
    [
      'User-agent: *\nDisallow: /x/\nUser-agent: FooBot\nDisallow: /y/\n',
      'FooBot',
      '/x/page',
      true,
    ],
    [
      'User-agent: *\nDisallow: /x/\nUser-agent: FooBot\nDisallow: /y/\n',
      'FooBot',
      '/y/page',
      false,
    ],
  ],
  encoding: [
    [
      group('/foo/bar?qux=taz&baz=http://foo.bar?tar&par', '/'),
      'FooBot',
      '/foo/bar?qux=taz&baz=http://foo.bar?tar&par',
      true,
    ],
    [group('/foo/bar/\u30c4', '/'), 'FooBot', '/foo/bar/%E3%83%84', true],
    [group('/foo/bar/%E3%83%84', '/'), 'FooBot', '/foo/bar/\u30c4', true],
    // RFC 9309 beyond Google: what needs no escape is compared without it.
    ['user-agent: FooBot\ndisallow: /foo/bar/%62%61%7A\n', 'FooBot', '/foo/bar/baz', false],
  ],
  'special characters': [
    [
      'User-agent: FooBot\nDisallow: /foo/bar/quz\nAllow: /foo/*/qux\n',
      'FooBot',
      '/foo/bar/quz',
      false,
    ],
    ['User-agent: FooBot\nDisallow: /foo/bar/quz\nAllow: /foo/*/qux\n', 'FooBot', '/foo/quz', true],
    ['User-agent: FooBot\nDisallow: /foo/bar$\nAllow: /foo/bar/qux\n', 'FooBot', '/foo/bar', false],
    ['User-agent: FooBot\nDisallow: /foo/bar$\nAllow: /foo/bar/qux\n', 'FooBot', '/foo/bar/', true],
    [
      'User-agent: FooBot\n# Disallow: /\nDisallow: /foo/quz#qux\nAllow: /\n',
      'FooBot',
      '/foo/bar',
      true,
    ],
    [
      'User-agent: FooBot\n# Disallow: /\nDisallow: /foo/quz#qux\nAllow: /\n',
      'FooBot',
      '/foo/quz',
      false,
    ],
  ],
  documentation: [
    ['user-agent: FooBot\ndisallow: /\nallow: /fish\n', 'FooBot', '/bar', false],
    ['user-agent: FooBot\ndisallow: /\nallow: /fish\n', 'FooBot', '/fish.php?id=anything', true],
    ['user-agent: FooBot\ndisallow: /\nallow: /fish\n', 'FooBot', '/Fish.asp', false],
    ['user-agent: FooBot\ndisallow: /\nallow: /fish*\n', 'FooBot', '/fish/salmon.html', true],
    ['user-agent: FooBot\ndisallow: /\nallow: /fish/\n', 'FooBot', '/fish', false],
    [
      'user-agent: FooBot\ndisallow: /\nallow: /*.php\n',
      'FooBot',
      '/folder/filename.php?parameters',
      true,
    ],
    ['user-agent: FooBot\ndisallow: /\nallow: /*.php\n', 'FooBot', '//php.html', false],
    ['user-agent: FooBot\ndisallow: /\nallow: /*.php$\n', 'FooBot', '/filename.php/', false],
    ['user-agent: FooBot\ndisallow: /\nallow: /*.php$\n', 'FooBot', '/filename.php5', false],
    ['user-agent: FooBot\ndisallow: /\nallow: /*.php$\n', 'FooBot', '/aaaphpaaa', false],
    ['user-agent: FooBot\ndisallow: /\nallow: /fish*.php\n', 'FooBot', '/Fish.PHP', false],
    ['user-agent: FooBot\nallow: /p\ndisallow: /\n', 'FooBot', '/page', true],
    ['user-agent: FooBot\nallow: /page\ndisallow: /*.htm\n', 'FooBot', '/page.htm', false],
    ['user-agent: FooBot\nallow: /$\ndisallow: /\n', 'FooBot', '/', true],
    ['user-agent: FooBot\nallow: /$\ndisallow: /\n', 'FooBot', '/page.html', false],
  ],
  'line ends, marks and long lines': [
    ['User-Agent: foo\r\nDisallow: /x\r\n', 'foo', '/x', false],
    ['User-Agent: foo\rDisallow: /x\r', 'foo', '/x', false],
    ['\uFEFFUser-Agent: foo\nDisallow: /x\n', 'foo', '/x', false],
    [`user-agent: FooBot\ndisallow: /${'x'.repeat(20_000)}\n`, 'FooBot', '/x', true],
    [`user-agent: FooBot\ndisallow: /x # ${'y'.repeat(20_000)}\n`, 'FooBot', '/x', false],
  ],
  'frequent slips of the pen': [
    ...['disallow', 'dissallow', 'dissalow', 'disalow', 'diasllow', 'disallaw'].map(
      (name): Case => [`user-agent: FooBot\n${name}: /x/\n`, 'FooBot', '/x/page', false],
    ),
    ...['user-agent', 'useragent', 'user agent'].map(
      (name): Case => [`${name}: FooBot\ndisallow: /x/\n`, 'FooBot', '/x/page', false],
    ),
  ],
};

describe.each(Object.entries(cases))('robots.txt, %s', (_, ofKind) => {
  it.each(ofKind)('%j for %s at %s', (robots, agent, path, isAllowed) => {
    const rules = new RobotsRules(robots);
    expect(rules.allows(`http://foo.bar${path}`, [agent.toLowerCase()])).toBe(isAllowed);
  });
});
