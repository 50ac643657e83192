import { validate, version } from 'uuid';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { newId } from './ids.ts';

describe('a new id', () => {
  afterEach(() => vi.useRealTimers());

  it('is a UUIDv7 in lower case', () => {
    const ids = Array.from({ length: 1_000 }, newId);
    for (const id of ids) {
      expect(validate(id) && version(id)).toBe(7);
      expect(id).toBe(id.toLowerCase());
    }
  });

  it('is greater than every one before, within a millisecond and when the clock goes back', () => {
    vi.useFakeTimers({ now: Date.parse('2026-01-31T09:15:00.000Z') });
    const ids = Array.from({ length: 1_000 }, newId);
    vi.setSystemTime(Date.parse('2026-01-31T09:15:00.001Z'));
    ids.push(...Array.from({ length: 1_000 }, newId));
    vi.setSystemTime(Date.parse('2026-01-31T09:14:00.000Z'));
    ids.push(...Array.from({ length: 1_000 }, newId));
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('does not begin where another millisecond began', () => {
    vi.useFakeTimers({ now: Date.parse('2027-01-31T09:15:00.000Z') });
    const first = newId();
    vi.setSystemTime(Date.parse('2027-01-31T09:15:00.001Z'));
    expect(newId().slice(-12)).not.toBe(first.slice(-12));
  });
});
