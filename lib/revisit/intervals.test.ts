import { expect, test } from 'vitest';
import { missingInterval } from './intervals.ts';

const day = 24 * 3_600_000;

test('a resource that went is looked at the next day, then half as often each time, down to every 90 days', () => {
  const intervals: number[] = [];
  for (let goneFor = 0; intervals.length < 10; goneFor += intervals.at(-1) ?? 0) {
    intervals.push(missingInterval(goneFor, 0.5));
  }
  expect(intervals.map((ms) => ms / day)).toEqual([1, 1, 2, 4, 8, 16, 32, 64, 90, 90]);
});

test('resources that went together do not come back together', () => {
  expect([0, 0.999_999].map((random) => missingInterval(10 * day, random) / day)).toEqual([
    9,
    expect.closeTo(11, 3),
  ]);
});
