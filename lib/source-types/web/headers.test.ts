import { expect, it } from 'vitest';
import { budgetOf } from './headers.ts';

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
    'a moment in milliseconds',
    {
      'x-rate-limit-remaining': '3',
      'x-rate-limit-reset': '1767225720000',
      date: 'Thu, 01 Jan 2026 00:00:00 GMT',
    },
    { limit: null, remaining: 3, unit: 'requests', resets_in_s: 120 },
  ],
  [
    'a moment as a date',
    {
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '2026-01-01T00:02:00Z',
      date: 'Thu, 01 Jan 2026 00:00:00 GMT',
    },
    { limit: null, remaining: 0, unit: 'requests', resets_in_s: 120 },
  ],
  [
    'how long until the reset beside its moment',
    {
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '1767225720',
      'x-ratelimit-reset-after': '1.5',
    },
    { limit: null, remaining: 0, unit: 'requests', resets_in_s: 1.5 },
  ],
  [
    'a limit with its windows, as a draft of the standard had it',
    {
      'ratelimit-limit': '100, 100;w=60',
      'ratelimit-remaining': '50',
      'ratelimit-reset': '30',
    },
    { limit: 100, remaining: 50, unit: 'requests', resets_in_s: 30 },
  ],
  [
    'all in one header, as another draft had it',
    { ratelimit: 'limit=100, remaining=0, reset=5' },
    { limit: 100, remaining: 0, unit: 'requests', resets_in_s: 5 },
  ],
  [
    'several policies, of which the tightest binds',
    { ratelimit: '"burst";r=50;t=30, "daily";r=0;t=3600' },
    { limit: null, remaining: 0, unit: 'requests', resets_in_s: 3600 },
  ],
  ['a policy without a rest', { ratelimit: '"burst";t=30' }, null],
  [
    'it twice',
    { 'x-ratelimit-remaining': '9, 0', 'x-ratelimit-reset': 'soon' },
    { limit: null, remaining: 0, unit: 'requests', resets_in_s: null },
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
