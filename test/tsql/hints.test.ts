/** Hints in the text of the product's T-SQL: claims and retention pass over what is locked, and nothing else asks for locks. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** A claim leaves to others what they hold, and retention what it may delete the next time. */
const passers = [
  'db/migrations/0005_ready_items.sql',
  'db/migrations/0013_operations.sql',
  'db/migrations/0014_polite_claims.sql',
];

/** Why a hint that waits is right where it stands. */
const exceptions: Readonly<Record<string, string>> = {
  'db/migrations/0006_totals.sql: TABLOCKX, HOLDLOCK':
    'The triggers are made and the items counted in one transaction of the migration, while nobody may change one.',
};

const hint =
  '(?:FORCESEEK|HOLDLOCK|NOLOCK|NOWAIT|PAGLOCK|READCOMMITTED|READCOMMITTEDLOCK|READPAST|READUNCOMMITTED|REPEATABLEREAD|ROWLOCK|SERIALIZABLE|TABLOCK|TABLOCKX|UPDLOCK|XLOCK)';
/** A list of hints as it stands behind WITH, or in a text that is put there. */
const hintList = new RegExp(`[('"\`]\\s*(${hint}(?:\\s*,\\s*${hint})*)\\s*[)'"\`]`, 'gi');
const isolation = /set transaction isolation level [a-z ]+/gi;

const withoutComments = (text: string) =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)--[^\n]*/g, '$1')
    .replace(/^\s*\/\/[^\n]*/gm, '');

interface FoundHints {
  readonly file: string;
  readonly hints: readonly string[];
}

const hintsIn = (file: string, text: string): FoundHints[] =>
  [...withoutComments(text).matchAll(hintList)].map(([, list = '']) => ({
    file,
    hints: list.split(',').map((one) => one.trim().toUpperCase()),
  }));

/** Passes over what is locked, or says no more than the size of a lock. */
const waitsForNobody = ({ hints }: FoundHints) =>
  hints.every((one) => ['ROWLOCK', 'UPDLOCK', 'READPAST', 'READCOMMITTEDLOCK'].includes(one)) &&
  (hints.includes('READPAST')
    ? hints.includes('READCOMMITTEDLOCK')
    : hints.every((one) => one === 'ROWLOCK'));

const files = globSync('{app,commands,db,lib,worker}/**/*.{sql,ts}').filter(
  (file) => !/\.test\.ts$/.test(file),
);
const texts = files.map((file) => ({ file, text: readFileSync(file, 'utf8') }));
const found = texts.flatMap(({ file, text }) => hintsIn(file, text));

describe('lock hints', () => {
  it('pass over what is locked in claims and retention alone', () => {
    const passing = found.filter(({ hints }) => hints.includes('READPAST'));
    expect([...new Set(passing.map(({ file }) => file))].toSorted()).toEqual(passers);
  });

  it('wait for nobody and read nothing that is not committed', () => {
    const faults = found
      .filter((one) => !waitsForNobody(one))
      .map(({ file, hints }) => `${file}: ${hints.join(', ')}`);
    expect(faults.filter((fault) => !(fault in exceptions))).toEqual([]);
  });

  it('leave the isolation level as it is', () => {
    const set = texts.flatMap(({ file, text }) =>
      [...withoutComments(text).matchAll(isolation)].map(([level]) => `${file}: ${level}`),
    );
    expect(set).toEqual([]);
  });
});

describe('finding hints', () => {
  const sample = (text: string) => hintsIn('x.ts', text).map(({ hints }) => hints.join(' '));

  it('reads them behind WITH and in texts, and not in comments or prose', () => {
    expect(sample('from a with (holdlock)')).toEqual(['HOLDLOCK']);
    expect(sample("sql.raw('rowlock, READPAST')")).toEqual(['ROWLOCK READPAST']);
    expect(sample('-- with (nolock)\n/* (tablock) */ sets SERIALIZABLE or SNAPSHOT')).toEqual([]);
  });

  it.each(['nolock', 'tablock, holdlock', 'updlock', 'readcommittedlock', 'rowlock, readpast'])(
    'refuses %s',
    (list) => {
      expect(hintsIn('x.ts', `with (${list})`).every(waitsForNobody)).toBe(false);
    },
  );

  it.each([
    'rowlock',
    'rowlock, updlock, readpast, readcommittedlock',
    'readpast, readcommittedlock',
  ])('takes %s', (list) => {
    expect(hintsIn('x.ts', `with (${list})`).every(waitsForNobody)).toBe(true);
  });
});
