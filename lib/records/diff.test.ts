import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '#lib/json.ts';
import { diffJson } from './diff.ts';

describe('the difference of two payloads', () => {
  it('names what was added, removed and changed, by path', () => {
    const before = { title: 'Tatooine', moons: 2, climate: { kind: 'arid' }, old: null };
    const after = { title: 'Tatooine', moons: 3, climate: { kind: 'arid', suns: 2 } };
    expect(diffJson(before, after)).toEqual({
      truncated: false,
      changes: [
        { kind: 'changed', path: ['moons'], before: 2, after: 3 },
        { kind: 'added', path: ['climate', 'suns'], after: 2 },
        { kind: 'removed', path: ['old'], before: null },
      ],
    });
  });

  it('reports one insertion into a list as one addition', () => {
    const before = { links: ['a', 'b', 'c', 'd'] };
    const after = { links: ['a', 'x', 'b', 'c', 'd'] };
    expect(diffJson(before, after).changes).toEqual([
      { kind: 'added', path: ['links', 1], after: 'x' },
    ]);
  });

  it('reports one removal from a list as one removal', () => {
    expect(diffJson(['a', 'b', 'c'], ['a', 'c']).changes).toEqual([
      { kind: 'removed', path: [1], before: 'b' },
    ]);
  });

  it('does not care about the order of keys', () => {
    expect(diffJson({ a: 1, b: [{ c: 1, d: 2 }] }, { b: [{ d: 2, c: 1 }], a: 1 }).changes).toEqual(
      [],
    );
  });

  it('takes a value that became another kind as one change', () => {
    expect(diffJson({ a: [1] }, { a: { 0: 1 } }).changes).toEqual([
      { kind: 'changed', path: ['a'], before: [1], after: { 0: 1 } },
    ]);
  });

  it('stops at its limit and says so', () => {
    const before: JsonValue = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`k${i}`, 0]),
    );
    const { changes, truncated } = diffJson(before, {}, 5);
    expect(changes).toHaveLength(5);
    expect(truncated).toBe(true);
  });

  it('is empty exactly when both are the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        // -0 does not exist in JSON text; the round trip makes both sides what a record can hold.
        const [x, y] = [a, b].map((value) => JSON.parse(JSON.stringify(value)) as JsonValue);
        if (x === undefined || y === undefined) return;
        expect(diffJson(x, structuredClone(x)).changes).toEqual([]);
        let equal = true;
        try {
          expect(x).toEqual(y);
        } catch {
          equal = false;
        }
        expect(diffJson(x, y).changes.length === 0).toBe(equal);
      }),
    );
  });
});
