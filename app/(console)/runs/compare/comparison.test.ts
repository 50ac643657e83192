import { describe, expect, it } from 'vitest';
import { difference } from './comparison.tsx';

describe('the difference of two figures', () => {
  it.each([
    [100, 150, '+50 (+50 %)'],
    [150, 100, '−50 (−33 %)'],
    [7, 7, 'same'],
    [0, 3, '+3'],
    [100_000, 100_001, '+1'],
    [10, 12_010, '+12,000 (+120,000 %)'],
  ])('from %i to %i is %s', (first, second, words) => {
    expect(difference(first, second)).toBe(words);
  });
});
