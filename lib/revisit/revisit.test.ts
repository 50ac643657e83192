import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueFirst, estimateChangeRate, refreshUtility } from './freshness.ts';
import { defaultRevisitPolicy, nextInterval } from './intervals.ts';
import { probabilityStale } from './staleness.ts';

const hour = 3_600_000;
const day = 24 * hour;
const { minMs, maxMs } = defaultRevisitPolicy;

const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const interval = fc.integer({ min: minMs, max: maxMs });
/** One change a second to one in three centuries. */
const rate = fc.double({ min: 1e-13, max: 1e-3, noNaN: true });
const age = fc.integer({ min: 1, max: 365 * day });

describe('the adaptive interval', () => {
  it('grows by half when nothing changed, and goes half-way to the least when something did', () => {
    const middle = { previousMs: 10 * day, random: 0.5 };
    expect(nextInterval({ ...middle, outcome: 'unchanged' })).toBe(15 * day);
    expect(nextInterval({ ...middle, outcome: 'changed' })).toBe((10 * day + hour) / 2);
  });

  it('is left alone by an error', () => {
    fc.assert(
      fc.property(interval, unit, (previousMs, random) => {
        expect(nextInterval({ previousMs, outcome: 'error', random })).toBe(previousMs);
      }),
    );
  });

  it('stays within an hour and 30 days, whatever is stored and however it is jittered', () => {
    fc.assert(
      fc.property(
        fc.option(fc.double({ min: -1e15, max: 1e15, noNaN: true })),
        fc.constantFrom('changed' as const, 'unchanged' as const, 'error' as const),
        unit,
        (previousMs, outcome, random) => {
          const next = nextInterval({ previousMs, outcome, random });
          expect(next).toBeGreaterThanOrEqual(minMs);
          expect(next).toBeLessThanOrEqual(maxMs);
          expect(Number.isInteger(next)).toBe(true);
        },
      ),
    );
  });

  it('is jittered by at most a tenth', () => {
    fc.assert(
      fc.property(interval, unit, (previousMs, random) => {
        const outcome = 'unchanged';
        const centre = nextInterval({ previousMs, outcome, random: 0.5 });
        const next = nextInterval({ previousMs, outcome, random });
        expect(Math.abs(next - centre)).toBeLessThanOrEqual(centre * 0.1 + 1);
      }),
    );
  });

  it('does not gather quiet pages on the bound: different draws give different times there', () => {
    const times = [0.55, 0.65, 0.75, 0.85, 0.95].map((random) =>
      nextInterval({ previousMs: maxMs, outcome: 'unchanged', random }),
    );
    expect(new Set(times).size).toBe(times.length);
  });

  it('settles near the rate of a page that changes at regular times', () => {
    const period = 4 * day;
    let previousMs = hour;
    let now = 0;
    const intervals: number[] = [];
    for (let check = 0; check < 400; check += 1) {
      const before = Math.floor(now / period);
      now += previousMs;
      const outcome = Math.floor(now / period) > before ? 'changed' : 'unchanged';
      previousMs = nextInterval({ previousMs, outcome, random: 0.5 });
      if (check >= 200) intervals.push(previousMs);
    }
    const mean = intervals.reduce((sum, ms) => sum + ms, 0) / intervals.length;
    expect(mean).toBeGreaterThan(period / 4);
    expect(mean).toBeLessThan(period * 2);
  });
});
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

describe('staleness', () => {
  it('is a probability that rises with age and with the rate', () => {
    fc.assert(
      fc.property(rate, age, (ratePerMs, ageMs) => {
        const p = probabilityStale(ratePerMs, ageMs);
        expect(p).toBeGreaterThan(0);
        expect(p).toBeLessThanOrEqual(1);
        expect(probabilityStale(ratePerMs, 2 * ageMs)).toBeGreaterThanOrEqual(p);
        expect(probabilityStale(2 * ratePerMs, ageMs)).toBeGreaterThanOrEqual(p);
      }),
    );
  });

  it('is nothing at the moment of the fetch and for a page that never changes', () => {
    expect(probabilityStale(1e-6, 0)).toBe(0);
    expect(probabilityStale(0, day)).toBe(0);
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

describe('due first', () => {
  const candidate = fc.record({
    ageMs: fc.option(age),
    ratePerMs: rate,
  });

  it('takes as many as the budget allows, none twice, and never a worse one instead of a better', () => {
    fc.assert(
      fc.property(fc.array(candidate), fc.integer({ min: -1, max: 20 }), (candidates, budget) => {
        const taken = dueFirst(candidates, budget);
        expect(taken).toHaveLength(Math.min(Math.max(budget, 0), candidates.length));
        expect(new Set(taken).size).toBe(taken.length);
        const everything = dueFirst(candidates, candidates.length);
        expect(taken).toEqual(everything.slice(0, taken.length));
      }),
    );
  });

  it('asks pages that were never fetched before all others', () => {
    const known = { id: 'known', ageMs: 300 * day, ratePerMs: 1 / day };
    const fresh = { id: 'new', ageMs: null, ratePerMs: 1e-12 };
    expect(dueFirst([known, fresh], 1)).toEqual([fresh]);
  });

  it('prefers the weekly page to the one that changes every minute', () => {
    const minutely = { id: 'minutely', ageMs: day, ratePerMs: 1 / 60_000 };
    const weekly = { id: 'weekly', ageMs: day, ratePerMs: 1 / (7 * day) };
    expect(dueFirst([minutely, weekly], 1)).toEqual([weekly]);
  });
});
