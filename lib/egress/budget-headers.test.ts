import { expect, it } from 'vitest';
import { budgetOf } from './budget-headers.ts';

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
