import { describe, expect, it } from 'vitest';
import { decode } from './body.ts';

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
