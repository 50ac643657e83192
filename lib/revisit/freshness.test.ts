import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  estimateChangeRate,
  rateOfClass,
  refreshClasses,
  refreshClassOf,
  refreshUtility,
} from './freshness.ts';
import { defaultRevisitPolicy } from './intervals.ts';

const hour = 3_600_000;
const day = 24 * hour;
const { minMs, maxMs } = defaultRevisitPolicy;

const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const interval = fc.integer({ min: minMs, max: maxMs });
/** One change a second to one in three centuries. */
const rate = fc.double({ min: 1e-13, max: 1e-3, noNaN: true });
const age = fc.integer({ min: 1, max: 365 * day });

describe('the change rate', () => {
  it('is once in 30 days before the first comparison', () => {
    const rate = estimateChangeRate({ checks: 0, changes: 0, meanIntervalMs: 0 });
    expect(rate * 30 * day).toBeCloseTo(1);
  });

  it('believes neither that a page is hopeless nor that it is dead after one check', () => {
    const once = (changes: number) =>
      estimateChangeRate({ checks: 1, changes, meanIntervalMs: day });
    expect(once(1)).toBeLessThan(1 / day);
    expect(once(0)).toBeGreaterThan(1 / (100 * day));
  });

  it('rises with every change seen and is always positive and finite', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), interval, unit, (checks, ms, share) => {
        const changes = Math.floor(share * checks);
        const less = estimateChangeRate({ checks, changes, meanIntervalMs: ms });
        const more = estimateChangeRate({ checks, changes: changes + 1, meanIntervalMs: ms });
        expect(less).toBeGreaterThan(0);
        expect(more).toBeGreaterThan(less);
        expect(Number.isFinite(more)).toBe(true);
      }),
    );
  });

  it('falls as quiet checks add up, so that a quiet page is asked less and less, but still asked', () => {
    const quiet = (checks: number) =>
      estimateChangeRate({ checks, changes: 0, meanIntervalMs: day });
    expect(quiet(1)).toBeGreaterThan(quiet(10));
    expect(quiet(10)).toBeGreaterThan(quiet(1000));
    expect(quiet(1000)).toBeGreaterThan(0);
  });

  it('comes near the truth from many checks, also when most intervals hold several changes', () => {
    for (const changesPerInterval of [0.1, 1, 2]) {
      const checks = 10_000;
      const changes = Math.round(checks * (1 - Math.exp(-changesPerInterval)));
      const estimate = estimateChangeRate({ checks, changes, meanIntervalMs: day });
      expect(estimate * day).toBeCloseTo(changesPerInterval, 2);
    }
  });
});

describe('the refresh utility', () => {
  it('rises with age and never passes the mean time between changes', () => {
    fc.assert(
      fc.property(rate, age, (ratePerMs, ageMs) => {
        const utility = refreshUtility(ratePerMs, ageMs);
        expect(utility).toBeGreaterThan(0);
        expect(utility).toBeLessThanOrEqual(1 / ratePerMs);
        expect(refreshUtility(ratePerMs, ageMs * 1.5)).toBeGreaterThanOrEqual(utility);
      }),
    );
  });

  it('is the slope of the mean freshness over the frequency', () => {
    const freshness = (ratePerMs: number, perMs: number) =>
      (perMs / ratePerMs) * (1 - Math.exp(-ratePerMs / perMs));
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 20, noNaN: true }),
        fc.integer({ min: hour, max: 30 * day }),
        (changesPerInterval, ms) => {
          const ratePerMs = changesPerInterval / ms;
          const step = 1e-5 / ms;
          const slope =
            (freshness(ratePerMs, 1 / ms + step) - freshness(ratePerMs, 1 / ms - step)) /
            (2 * step);
          expect(refreshUtility(ratePerMs, ms) / ms).toBeCloseTo(slope / ms, 4);
        },
      ),
    );
  });

  it('has no jump where the series takes over', () => {
    const below = refreshUtility(0.999_999e-3, 1);
    const above = refreshUtility(1.000_001e-3, 1);
    expect(above / below).toBeCloseTo(1, 4);
  });

  it('does not chase a page that changes every minute: daily copies of a weekly page are worth more', () => {
    expect(refreshUtility(1 / 60_000, day)).toBeLessThan(refreshUtility(1 / (7 * day), day));
  });
});

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
        meanIntervalMs: (days * day) / checks,
      });
      const found = refreshClassOf({ fetches, changes, watchedMs: days * day });
      const factor = rateOfClass(found) / estimate;
      expect(Math.abs(Math.log2(factor)), `${fetches} fetches`).toBeLessThanOrEqual(0.5);
    }
  });

  it('is not known before a second fetch, and counts as the estimate does then', () => {
    expect(refreshClassOf({ fetches: 1, changes: 0, watchedMs: 0 })).toBeNull();
    expect(refreshClassOf({ fetches: 2, changes: 1, watchedMs: 0 })).toBeNull();
    expect(rateOfClass(null) * day).toBeCloseTo(1 / 30, 6);
  });

  it('is one of the classes that are looked at, whatever was watched', () => {
    for (const watchedMs of [1, 1000, day, 1e4 * day]) {
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
