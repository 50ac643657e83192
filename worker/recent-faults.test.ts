import { describe, expect, it } from 'vitest';
import { noFaults } from '#lib/workers/model.ts';
import { recentFaults } from './recent-faults.ts';

const minute = 60_000;

describe('recent trouble', () => {
  it('is what was added within the window, and is forgotten after it', () => {
    const recent = recentFaults(10 * minute);
    expect(recent(0, { ...noFaults, deadlocks: 2 }).deadlocks).toBe(2);
    expect(recent(5 * minute, { ...noFaults, deadlocks: 3 }).deadlocks).toBe(3);
    expect(recent(11 * minute, { ...noFaults, deadlocks: 3 }).deadlocks).toBe(1);
    expect(recent(16 * minute, { ...noFaults, deadlocks: 3 }).deadlocks).toBe(0);
    expect(recent(17 * minute, { ...noFaults, deadlocks: 4 }).deadlocks).toBe(1);
  });

  it('keeps each kind apart', () => {
    const recent = recentFaults(minute);
    expect(recent(0, { ...noFaults, rescued: 4, poolWaits: 1 })).toEqual({
      ...noFaults,
      rescued: 4,
      poolWaits: 1,
    });
  });
});
