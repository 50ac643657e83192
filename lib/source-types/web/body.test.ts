import { describe, expect, it } from 'vitest';
import { decode, isPage } from './body.ts';

const answer = (contentType: string, ...parts: (string | readonly number[])[]) => ({
  headers: contentType === '' ? {} : { 'content-type': contentType },
  body: Buffer.concat(
    parts.map((part) =>
      typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part),
    ),
  ),
});
const cafe = [0x63, 0x61, 0x66, 0xe9];
const cafeUtf8 = [0x63, 0x61, 0x66, 0xc3, 0xa9];
const cafeUtf16 = [0x63, 0, 0x61, 0, 0x66, 0, 0xe9, 0];

describe('text is read in the charset', () => {
  it.each([
    [
      'of its byte order mark, before the header',
      'text/html; charset=latin1',
      [[0xef, 0xbb, 0xbf], cafeUtf8],
      'utf-8',
    ],
    [
      'of the header, in single quotes',
      "text/html; charset='ISO-8859-1'",
      ['<meta charset=utf-8>', cafe],
      'windows-1252',
    ],
    ['of its zeros, without a mark', 'application/json', [cafeUtf16], 'utf-16le'],
    [
      'of its zeros, before the header',
      'text/html; charset=utf-16le',
      [[0, ...cafeUtf16.slice(0, -1)]],
      'utf-16be',
    ],
    ['of a mark of two bytes', 'text/plain', [[0xff, 0xfe], cafeUtf16], 'utf-16le'],
    [
      'of the header, before the page',
      'text/html; charset="ISO-8859-1"',
      ['<meta charset=utf-8>', cafe],
      'windows-1252',
    ],
    ['of the page', 'text/html', ['<head><meta charset="iso-8859-15">', cafe], 'iso-8859-15'],
    [
      'of the page in its older form',
      '',
      ['<META http-equiv=Content-Type content="text/html; charset=koi8-r">', [0xc1]],
      'koi8-r',
    ],
    [
      'of the XML declaration',
      'application/xml',
      ['<?xml version="1.0" encoding="iso-8859-2"?><a/>', cafe],
      'iso-8859-2',
    ],
    [
      'UTF-8 where the page claims UTF-16 in ASCII',
      'text/html',
      ['<meta charset=utf-16>', cafeUtf8],
      'utf-8',
    ],
    ['UTF-8 where the header claims UTF-16', 'text/html; charset=unicode', [cafeUtf8], 'utf-8'],
    ['UTF-8 of JSON, before the header', 'text/json; charset=latin1', [cafeUtf8], 'utf-8'],
    ['of the header, of JSON that is not UTF-8', 'text/json; charset=l9', [cafe], 'iso-8859-15'],
    [
      'of the page, outside of its comments',
      'text/html',
      ['<head><!-- <meta charset=koi8-r> --><meta charset=latin2>', cafe],
      'iso-8859-2',
    ],
    [
      'of the page, further down in its head',
      'text/html',
      [`<head><style>${' '.repeat(5000)}</style><meta charset=latin2></head>`, cafe],
      'iso-8859-2',
    ],
    [
      'of no text that looks like it in the body',
      'text/html',
      [`<head>${' '.repeat(2000)}</head><body>&lt;<meta charset=koi8-r>`, cafe],
      'windows-1252',
    ],
    ['UTF-8 when nothing is said and it is UTF-8', 'application/json', [cafeUtf8], 'utf-8'],
    [
      'windows-1252 when nothing is said and it cannot be UTF-8',
      'text/plain',
      [cafe],
      'windows-1252',
    ],
    [
      'that is told apart from one nobody knows',
      'text/plain; charset=klingon',
      [cafeUtf8],
      'utf-8',
    ],
  ] as const)('%s', (_, contentType, parts, charset) => {
    const { text, charset: found } = decode(answer(contentType, ...parts));
    expect(found).toBe(charset);
    if (charset !== 'koi8-r') expect(text).toMatch(/café$/);
    else expect(text).toMatch(/а$/);
    expect(text).not.toMatch(/^\uFEFF/);
  });
});

/** Names that no standard has, and servers write. */
it.each([
  ['cp932', [0x82, 0xa0], 'あ'],
  ['MS932', [0x82, 0xa0], 'あ'],
  ['cp936', [0xc4, 0xe3], '你'],
  ['MS949', [0xb0, 0xa1], '가'],
  ['cp950', [0xa7, 0x41], '你'],
  ['EUC_JP', [0xa4, 0xa2], 'あ'],
  ['euckr', [0xb0, 0xa1], '가'],
  ['win-1251', [0xcf], 'П'],
  ['windows1251', [0xcf], 'П'],
  ['ISO8859_5', [0xbf], 'П'],
  ['KOI8R', [0xf0], 'П'],
  ['Latin-9', [0xa4], '€'],
  ['utf8mb4', [0xc3, 0xa9], 'é'],
])('a charset called %s is known', (label, bytes, text) => {
  expect(decode(answer(`text/html; charset="${label}"`, bytes)).text).toBe(text);
});

it.each<[string, string, boolean]>([
  ['', ' <!-- made by hand --><html>', true],
  ['', '<!DOCTYPE html>', true],
  ['', '<div class=a>', true],
  ['', '<A HREF=/x>', true],
  ['', '<?xml version="1.0"?><rss>', false],
  ['', '<abc>', false],
  ['', 'a < b', false],
  ['text/plain', '<html>', false],
  ['application/xhtml+xml', 'x', true],
])('what is said to be %j and begins with %s is a page: %j', (content_type, text, is) => {
  expect(isPage({ content_type, text })).toBe(is);
});
