import { describe, expect, it } from 'vitest';
import { noTrouble } from '#lib/workers/facts.ts';
import { recentTrouble } from './recent-trouble.ts';

const minute = 60_000;

describe('recent trouble', () => {
  it('is what was added within the window, and is forgotten after it', () => {
    const recent = recentTrouble(10 * minute);
    expect(recent(0, { ...noTrouble, deadlocks: 2 }).deadlocks).toBe(2);
    expect(recent(5 * minute, { ...noTrouble, deadlocks: 3 }).deadlocks).toBe(3);
    expect(recent(11 * minute, { ...noTrouble, deadlocks: 3 }).deadlocks).toBe(1);
    expect(recent(16 * minute, { ...noTrouble, deadlocks: 3 }).deadlocks).toBe(0);
    expect(recent(17 * minute, { ...noTrouble, deadlocks: 4 }).deadlocks).toBe(1);
  });

  it('keeps each kind apart', () => {
    const recent = recentTrouble(minute);
    expect(recent(0, { ...noTrouble, rescued: 4, poolWaits: 1 })).toEqual({
      ...noTrouble,
      rescued: 4,
      poolWaits: 1,
    });
  });
});
