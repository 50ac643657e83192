import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueFirst } from './due-first.ts';

const day = 24 * 3_600_000;
/** One change a second to one in three centuries. */
const rate = fc.double({ min: 1e-13, max: 1e-3, noNaN: true });
const age = fc.integer({ min: 1, max: 365 * day });

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
