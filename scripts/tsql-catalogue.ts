/**
 * `pnpm tsql:catalogue --out FILE [PATH...]`: runs the contract suite on the configured SQL Server and writes every
 * distinct statement that it sends, one JSON object a line: `label`, `text`, `params` (declared types of `@1`, `@2`, …).
 * The schema is called `ingest` in it. Exit 0 = all tests passed.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { configuredSqlServer } from '../test/db/sqlserver-schema.ts';
import { catalogueVariable, merged, unknownTables } from '../test/tsql/catalogue.ts';
import { modulesOf } from '../test/tsql/modules.ts';
import { shell } from './support/stages.ts';

const program = new Command('tsql:catalogue')
  .description('Every distinct statement that the contract suite sends to SQL Server.')
  .argument('[paths...]', 'suites to run; all when none is given')
  .requiredOption('--out <file>', 'where to write them, one JSON object a line')
  .action(async (paths: string[], { out }: { out: string }) => {
    process.exitCode = await main(paths, out);
  });

async function main(paths: readonly string[], out: string): Promise<number> {
  if (!configuredSqlServer()) {
    console.error('No SQL Server is configured: set INGEST_SQLSERVER_HOST and the other settings.');
    return 1;
  }
  const directory = await mkdtemp(path.join(tmpdir(), 'statements-'));
  try {
    const suites = paths.map((one) => JSON.stringify(one)).join(' ');
    const exitCode = await shell(`vitest run --project contract --reporter=dot ${suites}`, {
      [catalogueVariable]: directory,
    });
    const names = await readdir(directory);
    const files = await Promise.all(
      names.map((name) => readFile(path.join(directory, name), 'utf8')),
    );
    const { tables, procedures } = modulesOf('sqlserver');
    const known = new Set([...tables, ...procedures.keys()]);
    const all = merged(files);
    const elsewhere = new Set(all.flatMap((one) => unknownTables(one, known)));
    const statements = all.filter((one) => unknownTables(one, known).length === 0);
    await writeFile(out, statements.map((one) => `${JSON.stringify(one)}\n`).join(''));
    console.log(`${statements.length} statements in ${out}`);
    if (elsewhere.size > 0) {
      const left = all.length - statements.length;
      console.log(
        `${left} left out, of tables that no migration makes: ${[...elsewhere].join(', ')}`,
      );
    }
    return exitCode;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

await program.parseAsync();
