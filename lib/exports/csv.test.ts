import { describe, expect, it } from 'vitest';
import { csvLine } from './csv.ts';

describe('a line of CSV', () => {
  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(1)',
    ' =1+1',
    '\u00a0=1+1',
    '\uff1d1+1',
    '\uff0b1',
    '\uff20SUM(1)',
  ])('holds no formula, whoever wrote %j', (text) => {
    expect(csvLine([text])).toBe(`'${text}\r\n`);
  });

  it.each(['\t=1+1', '\r=1+1', '\n=1+1'])('begins no cell with %j', (text) => {
    expect(csvLine([text])).toBe(`"'${text}"\r\n`);
  });

  it.each(['a;=1+1', 'a\t=1+1', 'a,=1+1', 'a\r\n=1+1'])('keeps %j in one cell', (text) => {
    expect(csvLine(['x', text])).toBe(`x,"${text}"\r\n`);
  });

  it('doubles quotes, and leaves numbers and what is nothing as they are', () => {
    expect(csvLine(['a"=1', -5, null, 'a=1'])).toBe('"a""=1",-5,,a=1\r\n');
  });
});
