import { describe, expect, it } from 'vitest';
import { splitBatches } from './split-batches.ts';

const sqlOf = (script: string) => splitBatches(script).map((batch) => batch.sql);

describe('splitting a script at GO', () => {
  it.each([
    ['a line of its own', 'SELECT 1\nGO\nSELECT 2', ['SELECT 1', 'SELECT 2']],
    [
      'in any case, with blanks and Windows line ends',
      'SELECT 1\r\n  Go \t\r\nSELECT 2\r\ngo',
      ['SELECT 1', 'SELECT 2'],
    ],
    [
      'with a comment behind it',
      'SELECT 1\ngo -- next\nSELECT 2\nGO /* last */',
      ['SELECT 1', 'SELECT 2'],
    ],
    ['with a semicolon', 'SELECT 1\nGO;\nSELECT 2', ['SELECT 1', 'SELECT 2']],
    [
      'not as a part of a line',
      'SELECT 1 GO\nGOTO there\nGO_AWAY:',
      ['SELECT 1 GO\nGOTO there\nGO_AWAY:'],
    ],
    ['not inside a string', "SELECT 'a\nGO\nb'", ["SELECT 'a\nGO\nb'"]],
    [
      'not inside a string with a doubled quote',
      "SELECT 'it''s\nGO\nb'\nGO",
      ["SELECT 'it''s\nGO\nb'"],
    ],
    ['not inside a quoted name', 'SELECT "a\nGO\n"', ['SELECT "a\nGO\n"']],
    ['not inside a bracketed name', 'SELECT [a]]\nGO\n]\nGO', ['SELECT [a]]\nGO\n]']],
    ['not inside a comment', 'SELECT 1 /* x\nGO\n*/ + 1', ['SELECT 1 /* x\nGO\n*/ + 1']],
    [
      'not inside a nested comment',
      'SELECT 1 /* /* x */\nGO\n*/ + 1\nGO',
      ['SELECT 1 /* /* x */\nGO\n*/ + 1'],
    ],
    [
      'after a quote in a line comment',
      "SELECT 1 -- it's\nGO\nSELECT 2",
      ["SELECT 1 -- it's", 'SELECT 2'],
    ],
    [
      'after an opened comment in a string',
      "SELECT '/*'\nGO\nSELECT '*/'",
      ["SELECT '/*'", "SELECT '*/'"],
    ],
    [
      'after a comment mark in a bracketed name',
      'SELECT [--]\nGO\nSELECT 2',
      ['SELECT [--]', 'SELECT 2'],
    ],
  ])('%s', (_, script, expected) => {
    expect(sqlOf(script)).toEqual(expected);
  });

  it('leaves out batches that hold nothing but blanks and comments', () => {
    expect(
      sqlOf('\n\nGO\n-- only words\nGO\n/* and\nmore */\nGO\n/* a */ SELECT 1 -- b\nGO\n'),
    ).toEqual(['/* a */ SELECT 1 -- b']);
    expect(sqlOf('/* a\n*/ SELECT 1')).toEqual(['/* a\n*/ SELECT 1']);
    expect(sqlOf('')).toEqual([]);
  });

  it('tells how often a batch runs and where it begins', () => {
    expect(splitBatches('\n\nSELECT 1\nGO 3\n\nSELECT 2\n')).toEqual([
      { sql: 'SELECT 1', line: 3, repeat: 3 },
      { sql: 'SELECT 2', line: 6, repeat: 1 },
    ]);
  });

  it('passes over a byte order mark', () => {
    expect(sqlOf('\uFEFFGO\nSELECT 1')).toEqual(['SELECT 1']);
  });
});
