import fc from 'fast-check';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { mssqlCompiler as compiler } from '#test/db/mssql-compiler.ts';
import { encode, intColumn, jsonTable, longColumn, textColumn } from './json-rows.ts';
import { typedParameter } from './request.ts';

/** The statement of some rows, and its one parameter. */
function statementOf(rows: readonly Record<string, string | number>[]) {
  const columns = { a: textColumn(10), b: intColumn, c: longColumn };
  const { from, column } = jsonTable(columns, rows, (row, name) => row[name] ?? null);
  const query = sql`select ${column('a')}, ${column('c')} from ${from}`.compile(compiler);
  return { text: query.sql, json: String(typedParameter(query.parameters[0]).value) };
}

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
          expect(statementOf([{ a: text }]).json).not.toContain('\\');
          expect(decode(encode(text))).toBe(text);
        },
      ),
    );
  });

  it('have the columns asked for, and nothing for a null', () => {
    expect(statementOf([{ a: 'x', d: 1 }, { b: 2 }]).json).toBe('[{"a":"x"},{"b":2}]');
  });

  it('are one text, whatever is in them, and another only where a text is too long for some servers', () => {
    const { text } = statementOf([{ a: 'x' }]);
    expect(
      statementOf([
        { a: '"', b: 1 },
        { a: '~', c: 'y'.repeat(4_000) },
      ]).text,
    ).toBe(text);
    expect(statementOf([{ c: 'y'.repeat(4_001) }]).text).not.toBe(text);
  });
});
