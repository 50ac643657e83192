import { describe, expect, it } from 'vitest';
import { formatTable } from './format.ts';
import { measureCase, median, toResult } from './measure.ts';

describe('a measured case', () => {
  it('takes turns with its floor and does not count the first turn of either', async () => {
    const order: string[] = [];
    const figures = { ours: [1, 40, 60, 50], floor: [1, 100, 80, 120] };
    const next = (who: 'ours' | 'floor') => async () => {
      order.push(who);
      return figures[who].shift() ?? Number.NaN;
    };
    const result = await measureCase({
      name: 'case',
      unit: 'items/s',
      runs: 3,
      measure: next('ours'),
      floor: { what: 'floor', measure: next('floor') },
    });
    expect(order).toEqual(['floor', 'ours', 'floor', 'ours', 'floor', 'ours', 'floor', 'ours']);
    expect(result).toMatchObject({ median: 50, runs: [40, 60, 50], ratio: 0.5 });
    expect(result.floor).toEqual({ what: 'floor', median: 100 });
  });

  it('has a median that is no mean: one slow run changes nothing', () => {
    expect(median([3, 1, 1000])).toBe(3);
    expect(median([4, 2])).toBe(3);
  });
});

describe('the table', () => {
  it('shows median, spread, floor and ratio of each case, and nothing where there is no floor', () => {
    const lines = formatTable([
      toResult({
        name: 'claim',
        unit: 'items/s',
        runs: [900, 1000, 1100],
        floor: { what: 'bare driver', runs: [2000] },
      }),
      toResult({ name: 'page', unit: 'ms', runs: [1.5], details: { rows: 3 } }),
    ]).split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[2]).toMatch(/^claim +1,000 items\/s +900–1,100 +2,000 +0\.50 +bare driver$/);
    expect(lines[3]).toMatch(/^page +1\.50 ms +1\.50–1\.50 +rows 3$/);
  });
});
