import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { defaultRevisitPolicy, missingInterval, nextInterval } from './intervals.ts';

const hour = 3_600_000;
const day = 24 * hour;
const { minMs, maxMs } = defaultRevisitPolicy;

const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const interval = fc.integer({ min: minMs, max: maxMs });

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

test('a resource that went missing is looked at the next day, then half as often each time, down to every 90 days', () => {
  const intervals: number[] = [];
  for (let missingFor = 0; intervals.length < 10; missingFor += intervals.at(-1) ?? 0) {
    intervals.push(missingInterval(missingFor, 0.5));
  }
  expect(intervals.map((ms) => ms / day)).toEqual([1, 1, 2, 4, 8, 16, 32, 64, 90, 90]);
});

test('resources that went missing together do not come back together', () => {
  expect([0, 0.999_999].map((random) => missingInterval(10 * day, random) / day)).toEqual([
    9,
    expect.closeTo(11, 3),
  ]);
});
