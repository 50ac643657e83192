import { expect, test } from 'vitest';
import { headerForbidsLinks, metaForbidsLinks, refreshTarget } from './page-directives.ts';

const agent = 'Mozilla/5.0 (compatible; HolocronIngest/0.1; +https://example.org)';

test.each([
  [undefined, false],
  ['', false],
  ['noindex', false],
  ['nofollow', true],
  ['NOINDEX, NoFollow', true],
  ['none', true],
  ['otherbot: nofollow', false],
  ['otherbot: noindex, nofollow', false],
  ['holocroningest: nofollow', true],
  ['otherbot: noindex, HolocronIngest: nofollow', true],
  ['unavailable_after: 25 Jun 2030 15:00:00 PST, nofollow', true],
  ['max-snippet:20, nofollow', true],
  ['otherbot: noindex\nnofollow', true],
  ['otherbot: noindex\notherbot: nofollow', false],
  ['nofollowing', false],
  ['example: nofollow', false],
  ['compatible: none', false],
  [`${'x:'.repeat(50_000)}`, false],
])('X-Robots-Tag %j: %s', (header, expected) => {
  expect(headerForbidsLinks(header, agent)).toBe(expected);
});

test.each([
  ['robots', 'noindex,nofollow', true],
  ['ROBOTS', ' None ', true],
  ['robots', 'index, follow', false],
  ['otherbot', 'nofollow', false],
  ['holocroningest', 'nofollow', true],
  ['description', 'nofollow', false],
])('<meta name=%s content=%j>: %s', (name, content, expected) => {
  expect(metaForbidsLinks(name, content, agent)).toBe(expected);
});

test.each([
  ['0; url=/next', '/next'],
  ['5;URL=/next', '/next'],
  ["0; url='/next'; x", '/next'],
  ['0;url="/next"', '/next'],
  ['1 /next', '/next'],
  ['0, url = https://example.org/a b', 'https://example.org/a b'],
  ['30', null],
  ['30;', null],
  ['', null],
  ['0;url=', null],
])('a refresh of %j leads to %j', (content, target) => {
  expect(refreshTarget(content)).toBe(target);
});
