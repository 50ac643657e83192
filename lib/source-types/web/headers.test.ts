import { describe, expect, it } from 'vitest';
import { budgetOf, retryAfterMs } from './headers.ts';

it.each([
  ['nothing', {}, null],
  ['no number', { 'x-ratelimit-remaining': 'many' }, null],
  [
    'requests, and seconds until the next period',
    { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '7', 'x-ratelimit-reset': '60' },
    { limit: 100, remaining: 7, unit: 'requests', resets_in_s: 60 },
  ],
  [
    'a moment since 1970, by the clock of the server',
    {
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '1767225720',
      date: 'Thu, 01 Jan 2026 00:00:00 GMT',
    },
    { limit: null, remaining: 0, unit: 'requests', resets_in_s: 120 },
  ],
  [
    'dollars before requests',
    {
      'x-ratelimit-limit-usd': '1',
      'x-ratelimit-remaining-usd': '0.25',
      'x-ratelimit-remaining': '9',
      'x-ratelimit-reset': '3600',
    },
    { limit: 1, remaining: 0.25, unit: 'usd', resets_in_s: 3600 },
  ],
] as const)('headers that say %s', (_, headers, budget) => {
  expect(budgetOf(headers)).toEqual(budget);
});

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
