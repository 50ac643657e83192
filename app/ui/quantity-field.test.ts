import { describe, expect, it } from 'vitest';
import { isQuantityUnit, unitFor, unitsFrom } from './quantity-field.tsx';

describe('a number with its unit', () => {
  it.each([
    [0, 'seconds', 'seconds'],
    [0.5, 'seconds', 'seconds'],
    [90, 'seconds', 'seconds'],
    [120, 'seconds', 'minutes'],
    [Number.NaN, 'seconds', 'seconds'],
    [1_440, 'minutes', 'days'],
    [30, 'days', 'days'],
    [28, 'days', 'weeks'],
    [20, 'GiB', 'GiB'],
    [2_048, 'MiB', 'GiB'],
  ] as const)('shows %d %s in %s', (value, stored, unit) => {
    expect(unitFor(value, unitsFrom(stored)).name).toBe(unit);
  });

  it('asks in no unit that is smaller than what is stored', () => {
    expect(unitsFrom('hours')).toEqual([
      { name: 'hours', size: 1 },
      { name: 'days', size: 24 },
      { name: 'weeks', size: 168 },
    ]);
    expect(unitsFrom('GiB').map(({ name }) => name)).toEqual(['GiB', 'TiB']);
  });

  it('knows which units have others', () => {
    expect(['minutes', 'GiB', 'items', '%', 'toString'].map(isQuantityUnit)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
