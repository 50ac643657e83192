import { describe, expect, it } from 'vitest';
import { hashJson } from './canonical-json.ts';
import { WrittenNumber } from './json.ts';
import { parseWritten } from './json-text.ts';

const read = (text: string) => {
  const value = parseWritten(text);
  if (value === undefined) throw new Error(`${text} is no JSON`);
  return value;
};

describe('numbers by their digits', () => {
  it.each(['0', '-1', '12.5', '1e+21', '123456789012345', '0.1', '-0.000001'])(
    '%s is a double',
    (text) => expect(read(text)).toBe(Number(text)),
  );

  it.each([
    '9007199254740993',
    '12345678901234567890',
    '1e400',
    '-1E-400',
    '1.10',
    '1.0',
    '-0',
    '1E2',
    '0.10000000000000000000000000001',
    `${'9'.repeat(100_000)}.5`,
  ])('%s is kept as it is written', (text) => {
    const value = read(text);
    expect(value).toBeInstanceOf(WrittenNumber);
    expect(String(value)).toBe(text);
    expect(JSON.stringify({ value: [value] })).toBe(`{"value":[${text}]}`);
  });

  it('stand among all else, and digits in texts and names are none', () => {
    const text =
      '{"1e400":"1e400 \\" 1.10","id":9007199254740993,"list":[1,1.10,{"n":-0,"t":true}],"z":null}';
    expect(JSON.stringify(read(text))).toBe(text);
    const plain = read('{"a":"9007199254740993","b":[1,2]}');
    expect(plain).toEqual({ a: '9007199254740993', b: [1, 2] });
  });

  it.each(['01', '1.', '.5', '+1', '1e', '--1', '9007199254740993x', '[1.10', '{"a":1e400,}'])(
    '%s is no JSON',
    (text) => expect(parseWritten(text)).toBeUndefined(),
  );

  it('a name such as __proto__ is a name', () => {
    const value = read('{"__proto__":{"a":1.0},"b":1}');
    expect(Object.keys(value ?? {})).toEqual(['__proto__', 'b']);
  });
});

describe('the hash of numbers', () => {
  const hash = (text: string) => hashJson(read(text));

  it.each([
    ['1.0', '1'],
    ['1E2', '100'],
    ['-0', '0'],
    ['-0.0e5', '0'],
    ['1.10', '1.1'],
    ['9007199254740993', '9007199254740993.0'],
    ['1e400', '10e399'],
    ['120e400', '1.2E402'],
    ['{"b":1.0,"a":2}', '{"a":2,"b":1}'],
  ])('%s and %s are one value', (one, other) => expect(hash(one)).toBe(hash(other)));

  it.each([
    ['9007199254740993', '9007199254740992'],
    ['12345678901234567890', '12345678901234567891'],
    ['1e400', '1e401'],
    ['1e400', 'null'],
    ['1e-400', '0'],
    ['-1e400', '1e400'],
    ['0.10000000000000000000000000001', '0.1'],
    ['1e99999999999999999999', '1e99999999999999999998'],
    ['[9007199254740993]', '["9007199254740993"]'],
  ])('%s and %s are two', (one, other) => expect(hash(one)).not.toBe(hash(other)));

  it('is that of RFC 8785 where a double gives them back', () => {
    const text = '{"numbers":[333333333.3333333,1E30,4.50,2e-3,0.000000000000000000000000001]}';
    expect(hash(text)).toBe(hashJson(JSON.parse(text)));
  });
});
