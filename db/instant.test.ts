import { describe, expect, it } from 'vitest';
import { normaliseInstant } from './instant.ts';

describe('a time as text', () => {
  it.each([
    ['2026-01-31T09:15:00Z', '2026-01-31T09:15:00.000Z'],
    ['2026-01-31 09:15:00.1', '2026-01-31T09:15:00.100Z'],
    ['2026-01-31T09:15:00.1234567', '2026-01-31T09:15:00.1234567Z'],
  ])('%s has one form', (text, expected) => {
    expect(normaliseInstant(text)).toBe(expected);
  });

  it.each(['', '2026-01-31', '2026-01-31T09:15:00+02:00', "2026-01-31T09:15:00Z' or 1=1"])(
    '%j is refused',
    (text) => {
      expect(() => normaliseInstant(text)).toThrow(RangeError);
    },
  );
});
