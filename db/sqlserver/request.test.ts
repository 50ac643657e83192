import { TYPES } from 'tedious';
import { describe, expect, it } from 'vitest';
import { mssqlCompiler as compiler } from '#test/db/mssql-compiler.ts';
import { declaredLength, longText, PlannableRequest, typedParameter } from './request.ts';

describe('a parameter for SQL Server', () => {
  it.each([
    ['', 4000],
    ['x'.repeat(4000), 4000],
    ['x'.repeat(4001), 4001],
    [null, 4000],
  ])('declares one of two lengths', (value, length) => {
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

  it.each(['', 'x'.repeat(10_000), null])(
    'is declared as long where it may be, whatever it is',
    (text) => {
      const [parameter] = longText(text).compile(compiler).parameters;
      const { type, value, options } = typedParameter(parameter);
      expect({ type, value, options }).toEqual({
        type: TYPES.NVarChar,
        value: text,
        options: { length: 4001 },
      });
    },
  );

  it('is never a Date, which would lose milliseconds', () => {
    expect(() => typedParameter(new Date(0))).toThrow(TypeError);
  });
});
