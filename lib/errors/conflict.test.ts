import { describe, expect, it } from 'vitest';
import { changesBetween, withChanges } from './conflict.ts';

describe('what somebody else changed', () => {
  it('is said field by field, parts of objects one by one, whatever the order of their keys', () => {
    const seen = { name: 'a', days: [1, 2], timing: { quiet: null, zone: 'UTC' }, limits: null };
    expect(changesBetween(seen, { ...seen, timing: { zone: 'UTC', quiet: null } })).toEqual([]);
    expect(
      changesBetween(seen, {
        name: 'b',
        days: [2, 1],
        timing: { quiet: { from: '22:00' }, zone: 'UTC' },
        limits: { without: [] },
        unseen: 1,
      }),
    ).toEqual([
      { field: 'name', before: 'a', theirs: 'b' },
      { field: 'days', before: [1, 2], theirs: [2, 1] },
      { field: 'timing.quiet', before: null, theirs: { from: '22:00' } },
      { field: 'limits', before: null, theirs: { without: [] } },
    ]);
  });

  it('takes a part that came or went for a change, and one that is undefined for absent', () => {
    const changes = changesBetween(
      { request: { kind: 'seed', staleDays: 7, priority: undefined } },
      { request: { kind: 'seed', maxItems: 5 } },
    );
    expect(changes).toEqual([
      { field: 'request.staleDays', before: 7 },
      { field: 'request.maxItems', theirs: 5 },
    ]);
  });

  it.each([
    [
      { a: 1, b: { c: 1, d: [] } },
      { a: 2, b: { d: [1] } },
    ],
    [
      { 'a.b': 1, a: null },
      { a: { b: 1 }, 'a.b': 1 },
    ],
    [{ settings: { 'x.y': 1 } }, { settings: { 'x.y': 2, z: 3 } }],
  ])('makes what is stored of what was seen: %j → %j', (seen, stored) => {
    expect(withChanges<object>(seen, changesBetween(seen, stored))).toEqual(stored);
  });
});
