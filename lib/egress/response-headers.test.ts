import { expect, it } from 'vitest';
import { flattened } from './response-headers.ts';

it.each([
  ['vary', ['accept', 'cookie'], 'accept, cookie'],
  ['content-type', ['text/plain', 'text/html'], 'text/html'],
  ['content-type', ['text/html; charset=utf-8', ''], 'text/html; charset=utf-8'],
  ['content-type', ['text/html', 'unknown'], 'text/html'],
  ['content-type', ['', 'unknown'], 'unknown'],
  ['retry-after', ['5', '9'], '5'],
  ['X-Robots-Tag', ['otherbot: noindex', 'nofollow'], 'otherbot: noindex\nnofollow'],
])('%s, sent twice', (name, values, read) => {
  expect(flattened({ [name]: values })).toEqual({ [name.toLowerCase()]: read });
});
