import { describe, expect, it } from 'vitest';
import { canonicalJson, hashJson } from '#lib/canonical-json.ts';

describe('canonical JSON', () => {
  it('gives one value one hash however its keys are ordered', () => {
    expect(hashJson({ b: [1, { d: 1, c: 2 }], a: null })).toBe(
      hashJson({ a: null, b: [1, { c: 2, d: 1 }] }),
    );
  });

  it('tells apart what differs, order in lists included', () => {
    expect(hashJson([1, 2])).not.toBe(hashJson([2, 1]));
    expect(hashJson({ a: 1 })).not.toBe(hashJson({ a: '1' }));
  });

  // RFC 8785, sections 3.2.2.3 and 3.2.3.
  it('writes numbers and sorts keys as RFC 8785 does', () => {
    expect(canonicalJson({ n: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27, -0] })).toBe(
      '{"n":[333333333.3333333,1e+30,4.5,0.002,1e-27,0]}',
    );
    const keys = { '€': 1, '\r': 1, '\ufb33': 1, '1': 1, '😀': 1, '\u0080': 1, ö: 1 };
    expect(Object.keys(JSON.parse(canonicalJson(keys)) as object).length).toBe(7);
    expect(
      [...canonicalJson(keys).matchAll(/"((?:[^"\\]|\\.)*)":/g)].map(([, key]) => key),
    ).toEqual(['\\r', '1', '\u0080', 'ö', '€', '😀', '\ufb33']);
  });
});
