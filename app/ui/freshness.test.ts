import { expect, test } from 'vitest';
import { freshnessOf } from './freshness.ts';

test.each([
  { age: 1_000, every: 2_000, failed: false, is: 'live' },
  { age: 4_900, every: 2_000, failed: false, is: 'live' },
  { age: 6_000, every: 2_000, failed: false, is: 'stale' },
  { age: 16_000, every: 15_000, failed: false, is: 'live' },
  { age: 20_000, every: 15_000, failed: false, is: 'stale' },
  { age: 1_000, every: 2_000, failed: true, is: 'stale' },
  { age: 6_000, every: 2_000, failed: true, is: 'lost' },
  { age: 33_000, every: 2_000, failed: false, is: 'lost' },
  { age: 46_000, every: 15_000, failed: false, is: 'lost' },
])('$age ms after an answer, asking every $every ms (failed: $failed), it is $is', (of) => {
  expect(freshnessOf(of.age, of.every, of.failed)).toBe(of.is);
});
