/** docs/field-reports.md: each line names tests that are there, by titles that stand in their files. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inRoot } from './support/root.ts';

const read = (file: string) => readFileSync(inRoot(file), 'utf8');
const rows = read('docs/field-reports.md')
  .split('\n')
  .filter((line) => /^\| /.test(line) && !/^\| (?:report|-+) /.test(line))
  .map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );

/** `[name](../file) “title”, “title”; [name](…) …` */
const named = (shown: string) =>
  shown.split('; ').map((part) => {
    const [, file = '', titles = ''] = /^\[[^\]]+\]\(\.\.\/([^)]+)\) (“.+”)$/.exec(part) ?? [];
    return {
      part,
      file,
      titles: [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => title),
    };
  });

/** As an argument of a test, a describe or a case: a word of a comment shows nothing. */
function isTitle(text: string, title: string): boolean {
  const at = ["'", '`', '"']
    .map((quote) => text.indexOf(`${quote}${title}`))
    .filter((found) => found >= 0);
  return at.some((found) => /[(,[{:]\s*$/.test(text.slice(0, found)));
}

describe('docs/field-reports.md', () => {
  it('has a line for each report, whole', () => {
    expect(rows.length).toBeGreaterThanOrEqual(17);
    for (const row of rows) {
      expect(row, row[0]).toHaveLength(4);
      for (const cell of row) expect(cell.length, row[0]).toBeGreaterThan(3);
    }
  });

  it.each(rows.map(([report = '', , , shown = '']) => [report, shown]))(
    '%s is shown by tests that are there',
    (_, shown) => {
      for (const { part, file, titles } of named(shown)) {
        expect(titles.length, part).toBeGreaterThan(0);
        expect(path.basename(file), part).toMatch(/\.test\.ts$/);
        expect(existsSync(inRoot(file)), file).toBe(true);
        const text = read(file);
        for (const title of titles) expect(isTitle(text, title), `${file}: ${title}`).toBe(true);
      }
    },
  );

  it('takes no word of a comment for a title', () => {
    expect(isTitle("it('goes on', () => {", 'goes on')).toBe(true);
    expect(isTitle("// 'goes on' as before", 'goes on')).toBe(false);
    expect(isTitle('it(`goes on, so often`, () => {', 'goes on')).toBe(true);
  });
});
