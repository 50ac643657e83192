import { describe, expect, it } from 'vitest';
import { productsOf, RobotsRules } from './robots-rules.ts';

const allowed = (robots: string, path: string, product = 'foobot') =>
  new RobotsRules(robots).allows(`https://example.com${path}`, [product]);

/** The file of RFC 9309, 5.1. */
const ofRfc = `User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: quxbot
`;

describe('the example of RFC 9309', () => {
  it.each<[string, string, boolean]>([
    ['otherbot', '/a.gif', false],
    ['otherbot', '/a.gif?x', true],
    ['otherbot', '/example/x', false],
    ['otherbot', '/publications/', true],
    ['foobot', '/', false],
    ['foobot', '/example/page.html', true],
    ['foobot', '/example/allowed.gif', true],
    ['foobot', '/publications/', false],
    ['barbot', '/example/page.html', false],
    ['bazbot', '/example/page.html', false],
    ['bazbot', '/example/a.gif', true],
    ['quxbot', '/example/', true],
  ])('%s at %s', (product, path, expected) => {
    expect(allowed(ofRfc, path, product)).toBe(expected);
  });
});

describe('a path', () => {
  it.each<[rules: string, path: string, expected: boolean]>([
    // The longest match, and the more generous one of two (2.2.2).
    [
      'Allow: /example/page/\nDisallow: /example/page/disallowed.gif',
      '/example/page/disallowed.gif',
      false,
    ],
    ['Disallow: /page\nAllow: /page', '/page', true],
    ['Allow: /p\nDisallow: /', '/page', true],
    ['Allow: /folder\nDisallow: /folder', '/folder/page', true],
    ['Allow: /page\nDisallow: /*.htm', '/page.htm', false],
    ['Allow: /$\nDisallow: /', '/', true],
    ['Allow: /$\nDisallow: /', '/page.htm', false],
    // Case counts; nothing in front, everything behind.
    ['Disallow: /fish', '/fishheads/yummy.html', false],
    ['Disallow: /fish', '/Fish.asp', true],
    ['Disallow: /fish', '/catfish', true],
    ['Disallow: /fish/', '/fish', true],
    ['Disallow: /*.php', '/folder/any.php.file.html', false],
    ['Disallow: /*.php', '/windows.PHP', true],
    ['Disallow: /*.php$', '/filename.php?parameters', true],
    ['Disallow: /*.php$', '/filename.php', false],
    ['Disallow: /fish*.php', '/fishheads/catfish.php?parameters', false],
    ['Disallow: /*a*b*c$', '/xaybzc', false],
    ['Disallow: /*a*b*c$', '/xaybzcx', true],
    ['Disallow: /a*a$', '/a', true],
    ['Disallow: /***a', '/ba', false],
    ['Disallow: *', '/', false],
    ['Disallow:', '/', true],
    // Escapes (2.2.2).
    ['Disallow: /%7Ejoe/', '/~joe/x', false],
    ['Disallow: /~joe/', '/%7ejoe/x', false],
    ['Disallow: /foo/bar/\u30c4', '/foo/bar/%E3%83%84', false],
    ['Disallow: /foo/bar/%e3%83%84', '/foo/bar/\u30c4', false],
    ['Disallow: /a%2fb', '/a/b', true],
    ['Disallow: /a%2fb', '/a%2Fb', false],
    ['Disallow: /path/file-with-a-%2A.html', '/path/file-with-a-*.html', false],
    ['Disallow: /path/foo-%24', '/path/foo-$', false],
    ['Disallow: /?q=%41', '/?q=A', false],
    // The file itself is always allowed.
    ['Disallow: /', '/robots.txt', true],
    ['disallow : /x # why', '/x', false],
  ])('with %j: %s', (rules, path, expected) => {
    expect(allowed(`User-agent: *\n${rules}`, path)).toBe(expected);
  });
});

describe('groups', () => {
  it.each<[string, string, boolean]>([
    ['User-agent: FooBot\nDisallow: /x', 'in any case', false],
    ['User-agent: foobot/2.1\nDisallow: /x', 'with a version', false],
    ['User-agent: foobotter\nDisallow: /x', 'of another product', true],
    ['User-agent: foobot\nDisallow: /y\nUser-agent: foobot\nDisallow: /x', 'twice', false],
    ['User-agent: foobot\nSitemap: /s\nUser-agent: b\nDisallow: /x', 'around a sitemap', false],
    ['User-agent: foobot\nCrawl-delay: 5\nUser-agent: b\nDisallow: /x', 'around a delay', false],
    ['User-agent: foobot\n\nUser-agent: b\nDisallow: /x', 'around a blank line', false],
    ['Disallow: /x\nUser-agent: foobot\nDisallow: /y', 'behind rules of nobody', true],
    ['\uFEFFUser-agent: *\rDisallow: /x\r', 'with old line ends and a byte order mark', false],
    ['User-agent: constructor\nDisallow: /x', 'named like a property', true],
  ])('%j (%s)', (robots, _, expected) => {
    expect(allowed(robots, '/x')).toBe(expected);
  });

  it('have a delay for the agents that stand before it', () => {
    const rules = new RobotsRules('User-agent: a\nCrawl-delay: 5\nUser-agent: b\nDisallow: /x');
    expect(rules.delayS(['a'])).toBe(5);
    expect(rules.delayS(['b'])).toBeNull();
  });
});

it.each([
  ['HolocronIngest/0.1 (me@example.org)', ['holocroningest']],
  ['Mozilla/5.0 (compatible; Bot/1.0; +https://example.org/bot)', ['mozilla', 'bot']],
  ['', []],
])('the products of %j', (userAgent, products) => {
  expect(productsOf(userAgent)).toEqual(products);
});

describe('a file that is made to be slow', () => {
  const half = 250 * 1024;
  it.each([
    [
      'many agents over many rules',
      'User-agent: a\n'.repeat(half / 14) + 'Disallow: /x\n'.repeat(half / 13),
    ],
    [
      'many agents over many delays',
      'User-agent: *\n'.repeat(half / 14) + 'Crawl-delay: 1\n'.repeat(half / 15),
    ],
    ['wildcards', `User-agent: *\n${'Disallow: /*a*a*a*a*a*a*a*b\n'.repeat(half / 14)}`],
    ['one long pattern', `User-agent: *\nDisallow: /${'*a'.repeat(half)}b`],
    ['blanks', `User-agent:${' '.repeat(2 * half)}`],
  ])('of %s is read, and asked many times', (_, robots) => {
    const rules = new RobotsRules(robots);
    const path = `/${'a'.repeat(1900)}`;
    for (let question = 0; question < 20; question += 1) {
      expect(rules.allows(`https://example.com${path}`, ['foobot'])).toBe(true);
    }
  });
});
