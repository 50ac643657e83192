import { describe, expect, it } from 'vitest';
import { fillGaps, startOfWindow } from './throughput.ts';

describe('the window of the throughput', () => {
  it('starts so that its last unit holds the present', () => {
    expect(startOfWindow('2026-03-01T12:34:56.000Z', '1h')).toBe('2026-03-01T11:35:00.000Z');
    expect(startOfWindow('2026-03-01T12:34:56.000Z', '24h')).toBe('2026-02-28T13:00:00.000Z');
  });

  it('has a point for every unit, zero where nothing ended', () => {
    const point = { at: '2026-03-01T12:01:00.000Z', completed: 3, failed: 1, retried: 0 };
    expect(fillGaps([point], '2026-03-01T12:00:00.000Z', 60_000, 3)).toEqual([
      { at: '2026-03-01T12:00:00.000Z', completed: 0, failed: 0, retried: 0 },
      point,
      { at: '2026-03-01T12:02:00.000Z', completed: 0, failed: 0, retried: 0 },
    ]);
  });
});
