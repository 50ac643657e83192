import { describe, expect, it } from 'vitest';
import { estimateChangeRate, rateOfClass, refreshClasses, refreshClassOf } from './freshness.ts';

const dayMs = 24 * 3_600_000;

describe('a refresh class', () => {
  it('stands for a rate within a factor of √2 of the estimate', () => {
    for (const [fetches, changes, days] of [
      [11, 1, 100],
      [11, 9, 100],
      [200, 199, 200],
      [40, 0, 400],
      [3, 1, 0.5],
    ] as const) {
      const checks = fetches - 1;
      const estimate = estimateChangeRate({
        checks,
        changes,
        meanIntervalMs: (days * dayMs) / checks,
      });
      const found = refreshClassOf({ fetches, changes, watchedMs: days * dayMs });
      const factor = rateOfClass(found) / estimate;
      expect(Math.abs(Math.log2(factor)), `${fetches} fetches`).toBeLessThanOrEqual(0.5);
    }
  });

  it('is not known before a second fetch, and counts as the estimate does then', () => {
    expect(refreshClassOf({ fetches: 1, changes: 0, watchedMs: 0 })).toBeNull();
    expect(refreshClassOf({ fetches: 2, changes: 1, watchedMs: 0 })).toBeNull();
    expect(rateOfClass(null) * dayMs).toBeCloseTo(1 / 30, 6);
  });

  it('is one of the classes that are looked at, whatever was watched', () => {
    for (const watchedMs of [1, 1000, dayMs, 1e4 * dayMs]) {
      for (const [fetches, changes] of [
        [2, 0],
        [2, 1],
        [1e6, 0],
        [1e6, 1e6],
      ] as const) {
        expect(refreshClasses).toContain(refreshClassOf({ fetches, changes, watchedMs }));
      }
    }
  });
});
