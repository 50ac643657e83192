/** Means by which text becomes a program: the product goes without them, as its sources say. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const files = globSync('{lib,app,worker,commands,db}/**/*.{ts,tsx}', { cwd: root })
  .filter((file) => !/\.test\.tsx?$/.test(file))
  .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));

const found = (means: RegExp) =>
  files.filter(({ text }) => means.test(text)).map(({ file }) => file);

it.each([
  ['process or shell', /['"](?:node:)?child_process['"]|['"]execa['"]|\bshell: true\b/],
  ['code made of text', /\beval\(|\bnew Function\(|['"]node:vm['"]|\bsetTimeout\(\s*['"`]/],
  [
    'markup made of text',
    /dangerouslySetInnerHTML|\binnerHTML\b|\bouterHTML\b|\bdocument\.write\b|insertAdjacentHTML/,
  ],
  ['module that a text names', /\bimport\(\s*[^'"`)\s]|\brequire\(\s*[^'"`)\s]/],
])('there is no %s', (_, means) => {
  expect(files.length).toBeGreaterThan(500);
  expect(found(means)).toEqual([]);
});

it('procedures and batches make no statement of a text that was given to them', () => {
  const scripts = globSync('db/migrations/*.sql', { cwd: root }).map((file) => ({
    file,
    text: readFileSync(path.join(root, file), 'utf8'),
  }));
  expect(scripts.length).toBeGreaterThan(5);
  const made = scripts.flatMap(({ file, text }) =>
    [...text.matchAll(/\b(?:EXEC(?:UTE)?\s*\(\s*|sp_executesql\s+)(@\w+)/gi)].map(
      ([, variable = '']) => `${path.basename(file)} ${variable}`,
    ),
  );
  // Of names that the server's own catalogue tells, each quoted, and of months that are counted.
  expect(made.sort()).toEqual([
    '0004_work_items.sql @drop',
    '0005_ready_items.sql @change',
    '0013_operations.sql @statement',
  ]);
});
