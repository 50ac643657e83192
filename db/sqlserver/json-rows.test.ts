import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode, jsonRows } from './json-rows.ts';

/** What the REPLACE chain of the statement does, in its order. */
const decode = (text: string) =>
  [
    ['~5', '\t'],
    ['~4', '\r'],
    ['~3', '\n'],
    ['~2', '\\'],
    ['~1', '"'],
    ['~0', '~'],
  ].reduce((coded, [code = '', character = '']) => coded.replaceAll(code, character), text);

describe('rows sent as JSON', () => {
  it('hold no escape, and decode to what was given', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('~', '"', '\\', '\n', '\r', '\t', '0', '1', '2', 'é', '𝒳')),
        (characters) => {
          const text = characters.join('');
          const { json } = jsonRows(['a'], [{ a: text }], (row, name) => row[name]);
          expect(json).not.toContain('\\');
          expect(decode(encode(text))).toBe(text);
        },
      ),
    );
  });

  it('have the columns asked for, and nothing for a null', () => {
    const rows: readonly Record<string, string | number>[] = [{ a: 1 }, { b: 'x', c: 2 }];
    const { json } = jsonRows(['a', 'b'], rows, (row, name) => row[name] ?? null);
    expect(json).toBe('[{"a":1},{"b":"x"}]');
  });
});
