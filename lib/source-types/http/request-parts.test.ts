import { describe, expect, it } from 'vitest';
import { bodyType, parameterOf, withParameter } from './request-parts.ts';

const url = 'https://api.example/search';
const put = (body: string | null, name: string, text: string, isNumber = false) =>
  withParameter({ url, body }, name, { text, isNumber }, 'body').body;

describe('a parameter of a JSON body', () => {
  it('is put in, and all else keeps its digits and its order', () => {
    const body = '{"id": 12345678901234567890, "big": 1e400, "f": 1.10, "a": [1, {"b": null}]}';
    expect(put(body, 'offset', '20', true)).toBe(
      '{"id":12345678901234567890,"big":1e400,"f":1.10,"a":[1,{"b":null}],"offset":20}',
    );
  });

  it('has the type of what is there', () => {
    expect(put('{"after": 0}', 'after', '9007199254740993')).toBe('{"after":9007199254740993}');
    expect(put('{"after": ""}', 'after', '17')).toBe('{"after":"17"}');
    expect(put('{"after": 0}', 'after', 'x')).toBe('{"after":"x"}');
    expect(put('{}', 'after', '17')).toBe('{"after":"17"}');
    expect(put('{"offset": "0"}', 'offset', '20', true)).toBe('{"offset":20}');
  });

  it('may be within another', () => {
    expect(put('{"page": {"size": 2}}', 'page.offset', '2', true)).toBe(
      '{"page":{"size":2,"offset":2}}',
    );
    expect(put('{}', '__proto__.x', '1')).toBe('{"__proto__":{"x":"1"}}');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('is read by its digits', () => {
    const body = '{"a": {"n": 9007199254740993, "s": "t", "o": {}}}';
    expect(parameterOf({ url, body }, 'a.n', 'body')).toBe('9007199254740993');
    expect(parameterOf({ url, body }, 'a.s', 'body')).toBe('t');
    expect(parameterOf({ url, body }, 'a.o', 'body')).toBeNull();
    expect(parameterOf({ url, body }, 'a.n.x', 'body')).toBeNull();
  });
});

describe('a parameter of a form', () => {
  it('is put in, and all else stays as it is written', () => {
    expect(put('q=a+b&offset=0&x=%7e', 'offset', '20', true)).toBe('q=a+b&offset=20&x=%7e');
    expect(put(null, 'offset', '20', true)).toBe('offset=20');
    expect(put('a=1&c=1&c=2', 'c', 'x/y')).toBe('a=1&c=x%2Fy');
  });

  it('is told from JSON by how it begins', () => {
    expect(['{"a": 1}', ' [1]', 'a=1', '{a'].map(bodyType)).toEqual([
      'application/json',
      'application/json',
      'application/x-www-form-urlencoded',
      'application/x-www-form-urlencoded',
    ]);
  });
});
