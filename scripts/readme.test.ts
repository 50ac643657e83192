/** The README's table of variables and the code name the same ones. */
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import packageFile from '../package.json' with { type: 'json' };
import { inRoot } from './support/root.ts';

const readme = readFileSync(inRoot('README.md'), 'utf8');
const read = (file: string) => readFileSync(inRoot(file), 'utf8');

/** First column of the table under “Configuration”. */
function documented(): Set<string> {
  const section = readme.split('\n## Configuration\n')[1]?.split('\n## ')[0] ?? '';
  const cells = section.split('\n').flatMap((line) => /^\| (`.+?`) +\|/.exec(line)?.[1] ?? []);
  return new Set(cells.flatMap((cell) => cell.split(', ').map((name) => name.replaceAll('`', ''))));
}

/** Variables the product reads: its sources name them whole, except those of SQL Server. */
async function variablesInCode(): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const file of glob('{app,lib,db,worker,scripts}/**/*.{ts,tsx}', { cwd: inRoot() })) {
    if (/\.test\.tsx?$|\/testing\/|^worker\/faults\//.test(file)) continue;
    const whole = /\b(?:INGEST_[A-Z_]*[A-Z]|DB_BACKEND|MSSQL_SA_PASSWORD|NEXTAUTH_[A-Z]+)\b/g;
    for (const [name] of read(file).matchAll(whole)) names.add(name);
  }
  const sqlServer = read('db/settings/sqlserver-settings.ts');
  for (const [, name] of sqlServer.matchAll(/(?:fromEnv\(|pick\([^,]+, )'([A-Z_]+)'/g)) {
    names.add(`INGEST_SQLSERVER_${name}`);
  }
  // Prefixes and examples, not variables.
  for (const name of ['INGEST_SQLSERVER', 'INGEST_SOURCE', 'INGEST_SOURCE_MY_WIKI_API_KEY']) {
    names.delete(name);
  }
  return names;
}

describe('the README', () => {
  it('has every variable of the code in its table, and no other', async () => {
    const inTable = documented();
    expect(inTable.delete('INGEST_SOURCE_<NAME>_<SECRET>')).toBe(true);
    // Too common as words to be looked for.
    for (const name of ['PORT', 'HOST']) {
      expect(inTable.delete(name)).toBe(true);
      expect(read('scripts/support/port.ts')).toContain(`env['${name}']`);
    }
    expect([...inTable].sort()).toEqual([...(await variablesInCode())].sort());
  });

  it('names scripts that exist', () => {
    const named = new Set(
      [...readme.matchAll(/pnpm ([a-z]+(?::[a-z]+)?)\b/g)].map(([, name]) => name),
    );
    const known = [...Object.keys(packageFile.scripts), 'build', 'install'];
    expect([...named].filter((name) => !known.includes(name ?? ''))).toEqual([]);
    expect(named.size).toBeGreaterThan(8);
  });

  it('has only variables in .env.example that it explains', () => {
    const names = [...read('.env.example').matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(
      ([, name]) => name,
    );
    const known = documented();
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !known.has(name ?? ''))).toEqual([]);
  });
});
