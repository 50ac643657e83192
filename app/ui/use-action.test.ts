import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const files = readdirSync('app', { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !file.includes('.test.'))
  .map((file) => ({ file, text: readFileSync(path.join('app', file), 'utf8') }));

const isModule = (directive: string) => (text: string) =>
  new RegExp(`^(?:/\\*[^]*?\\*/\\s*)?'use ${directive}';`).test(text);
const isOfBrowser = isModule('client');
const isOfServer = isModule('server');

const actionFiles = files.filter(({ text }) => isOfServer(text)).map(({ file }) => file);

/** Names of the actions that a module imports. */
function importedActions(file: string, text: string): string[] {
  const found: string[] = [];
  for (const [, names = '', from = ''] of text.matchAll(
    /import\s+\{([^}]*)\}\s+from\s+'([^']*)'/g,
  )) {
    const target = from.startsWith('#app/')
      ? from.slice('#app/'.length)
      : path.join(path.dirname(file), from);
    if (!actionFiles.includes(target)) continue;
    for (const name of names.split(',')) {
      const [, exported, as] = /^\s*(\w+)(?:\s+as\s+(\w+))?\s*$/.exec(name) ?? [];
      if (exported) found.push(as ?? exported);
    }
  }
  return found;
}

/** Calls of an action that are not wrapped: a console that does not answer would take the page down. */
const rawCalls = (text: string, action: string): number =>
  [...text.matchAll(new RegExp(`(answerOf\\(\\s*)?(?<![\\w.])${action}\\(`, 'g'))].filter(
    ([, wrapped]) => wrapped === undefined,
  ).length;

test('there are actions, and components that call them', () => {
  expect(actionFiles.length).toBeGreaterThan(5);
  const callers = files.filter(({ file, text }) => importedActions(file, text).length > 0);
  expect(callers.length).toBeGreaterThan(10);
});

test('no component of the browser calls an action but through useAction or answerOf', () => {
  const raw = files
    .filter(({ text }) => isOfBrowser(text))
    .flatMap(({ file, text }) =>
      importedActions(file, text)
        .filter((action) => rawCalls(text, action) > 0)
        .map((action) => `${file}: ${action}`),
    );
  expect(raw).toEqual([]);
});

test('a raw call is one', () => {
  expect(rawCalls('start(async () => { await save({ name }); })', 'save')).toBe(1);
  expect(rawCalls('await answerOf(save({ name }))', 'save')).toBe(0);
  expect(rawCalls('useAction(save, {})', 'save')).toBe(0);
});

test('transitions are started by useAction and the refresh alone', () => {
  const started = files.filter(({ text }) => /\b(useTransition|startTransition)\b/.test(text));
  expect(started.map(({ file }) => file).toSorted()).toEqual(['ui/live.tsx', 'ui/use-action.ts']);
});
