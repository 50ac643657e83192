import { describe, expect, it } from 'vitest';
import { startOfWindow, unitsOfWindow, windowUnits } from './attempt-counts.ts';

const asOf = '2026-03-01T12:34:56.000Z';

describe('a window', () => {
  it('starts so that its last unit holds the present', () => {
    expect(startOfWindow(asOf, '1h')).toBe('2026-03-01T11:35:00.000Z');
    expect(startOfWindow(asOf, '24h')).toBe('2026-02-28T13:00:00.000Z');
    expect(unitsOfWindow(asOf, '1h').at(-1)).toBe('2026-03-01T12:34:00.000Z');
    expect(unitsOfWindow(asOf, '7d').at(-1)).toBe('2026-03-01T12:00:00.000Z');
  });

  it('has every unit once', () => {
    for (const window of ['1h', '24h', '7d'] as const) {
      const units = unitsOfWindow(asOf, window);
      expect(units).toHaveLength(windowUnits[window].units);
      expect(new Set(units).size).toBe(units.length);
      expect(units[0]).toBe(startOfWindow(asOf, window));
    }
  });
});
