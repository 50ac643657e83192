/** Texts that statements of both engines compare with columns: a bare '…' is VARCHAR on SQL Server, and the columns are NVARCHAR. */
import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const template = /\bsql(?:<[^`]*?>)?`((?:\$\{[^}]*\}|[^`])*)`/g;
const compared = /(?:=|<>|!=|<|>|\blike|\bin\s*\((?:[^()]*,)?|\bwhen)\s*'[^']+'/i;

const withoutValues = (text: string) => text.replace(/\$\{[^}]*\}/g, 'x').replace(/\s+/g, ' ');

/** The texts of statements in a module that compare a bare literal. */
const bareIn = (module: string): string[] =>
  [...module.matchAll(template)]
    .map(([, text = '']) => withoutValues(text))
    .filter((text) => compared.test(text));

// What SQLite alone is sent knows one kind of text.
const files = globSync('{app,commands,db,lib,worker}/**/*.ts', {
  exclude: (name) => name.endsWith('.test.ts') || name === 'db/sqlite',
});

it('finds a bare literal however it is compared', () => {
  for (const text of [
    "outcome = 'failed'",
    "outcome in (N'a', 'b')",
    "case when kind <> 'x' then 1 end",
    "case status when 'done' then 1 end",
    "name like 'a%'",
  ]) {
    expect(bareIn(`sql<number>\`sum(${text})\``), text).toHaveLength(1);
  }
  expect(bareIn("sql`status = N'pending' and at > 0 and replace(at, 'Z', '') = 1`")).toEqual([]);
});

it('stands in no statement: `sql.lit` writes what the engine compares', () => {
  expect(files.length).toBeGreaterThan(500);
  const found = files.flatMap((file) =>
    bareIn(readFileSync(file, 'utf8')).map((text) => `${file}: ${text}`),
  );
  expect(found).toEqual([]);
});
