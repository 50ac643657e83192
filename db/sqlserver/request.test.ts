import { TYPES } from 'tedious';
import { describe, expect, it } from 'vitest';
import { declaredLength, PlannableRequest, typedParameter } from './request.ts';

describe('a parameter for SQL Server', () => {
  it.each([
    ['', 40],
    ['x'.repeat(40), 40],
    ['x'.repeat(41), 400],
    ['x'.repeat(401), 4000],
    ['x'.repeat(4001), 4001],
    [null, 40],
  ])('declares one of four lengths', (value, length) => {
    expect(declaredLength(value)).toBe(length);
    const request = new PlannableRequest('select @1', () => {});
    request.addParameter('1', TYPES.NVarChar, value);
    expect(request.parameters[0]?.length).toBe(length);
  });

  it.each([
    ['text', TYPES.NVarChar],
    [7, TYPES.Int],
    [-(2 ** 31) - 1, TYPES.BigInt],
    [2 ** 31, TYPES.BigInt],
    [1.5, TYPES.Float],
    [true, TYPES.Bit],
    [null, TYPES.NVarChar],
    [10n, TYPES.BigInt],
  ])('has the type of %s', (value, type) => {
    expect(typedParameter(value).type).toBe(type);
  });

  it('is never a Date, which would lose milliseconds', () => {
    expect(() => typedParameter(new Date(0))).toThrow(TypeError);
  });
});
