import { describe, expect, it } from 'vitest';
import { retryAfterMs } from './retry-after.ts';

describe('the wait a server asks for', () => {
  it.each([
    ['seconds', { 'retry-after': '120' }, 120_000],
    ['negative seconds', { 'retry-after': '-5' }, 0],
    ['more than a day', { 'retry-after': '9999999' }, 86_400_000],
    ['nothing', {}, null],
    ['nonsense', { 'retry-after': 'soon' }, null],
    [
      "a date, by the server's own clock",
      { 'retry-after': 'Wed, 21 Oct 2015 07:28:30 GMT', date: 'Wed, 21 Oct 2015 07:28:00 GMT' },
      30_000,
    ],
    [
      'a date in the past',
      { 'retry-after': 'Wed, 21 Oct 2015 07:27:00 GMT', date: 'Wed, 21 Oct 2015 07:28:00 GMT' },
      0,
    ],
  ])('%s', (_, headers, expected) => {
    expect(retryAfterMs(headers as Record<string, string>)).toBe(expected);
  });
});
