import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts';

const cursor: Cursor = {
  sort: 'created_at',
  direction: 'desc',
  way: 'after',
  value: '2026-01-31T09:15:00.123Z',
  id: '0192f7a0-0000-7000-8000-000000000001',
};
const order = { sort: 'created_at', direction: 'desc' } as const;

describe('a cursor', () => {
  it('comes back as it went out', () => {
    expect(decodeCursor(encodeCursor(cursor), order)).toEqual(cursor);
    const atNull = { ...cursor, value: null, way: 'before' } as const;
    expect(decodeCursor(encodeCursor(atNull), order)).toEqual(atNull);
  });

  it('carries text in any script', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 500 }), (value) => {
        const sent = { ...cursor, value };
        expect(decodeCursor(encodeCursor(sent), order).value).toBe(value);
      }),
    );
  });

  it('is refused when any character of it was changed', () => {
    const text = encodeCursor(cursor);
    for (let at = 0; at < text.length; at += 1) {
      const altered = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
      expect(() => decodeCursor(altered, order)).toThrow(
        expect.objectContaining({ code: 'cursor_invalid' }),
      );
    }
  });

  it.each([
    ['empty', ''],
    ['garbage', 'not a cursor'],
    ['cut off', encodeCursor(cursor).slice(0, 20)],
    ['extended', `${encodeCursor(cursor)}.x`],
    ['endless', 'A'.repeat(100_000)],
  ])('is refused when it is %s', (_, text) => {
    expect(() => decodeCursor(text, order)).toThrow(
      expect.objectContaining({ code: 'cursor_invalid' }),
    );
  });

  it('is refused for another order of the list', () => {
    const text = encodeCursor(cursor);
    for (const other of [
      { sort: 'priority', direction: 'desc' },
      { sort: 'created_at', direction: 'asc' },
    ] as const) {
      expect(() => decodeCursor(text, other)).toThrow(
        expect.objectContaining({ code: 'cursor_invalid' }),
      );
    }
  });
});
