import { expect, it } from 'vitest';
import { countIncrements, dayIncrements, rangeOfBars } from './bars-axis.ts';

const day = 86_400;

it('shows each bar whole, also where it is the only one', () => {
  expect(rangeOfBars([day, 2 * day, 3 * day], day)).toEqual([day, 4 * day]);
  expect(rangeOfBars([day], day)).toEqual([day, 2 * day]);
  expect(rangeOfBars([], day)).toEqual([0, day]);
});

it('has a step for the smallest and the largest that is counted', () => {
  // uPlot takes the first step of which few enough fit.
  expect(countIncrements[0]).toBe(1);
  expect(countIncrements.at(-1)).toBeGreaterThan(1e12);
  expect(countIncrements).toEqual(countIncrements.toSorted((a, b) => a - b));
  expect(dayIncrements.every((step) => step % day === 0)).toBe(true);
  // A year of days, five labels.
  expect((dayIncrements.at(-1) ?? 0) * 14).toBeGreaterThan(365 * day);
});
