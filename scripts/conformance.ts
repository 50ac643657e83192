/**
 * `pnpm conformance [--all] [PATH...]`: runs the contract suites over SQLite and, where its settings are given,
 * SQL Server, and prints how many behaviours each engine passed; `--all` names them. Exit 0 = all passed.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { behavioursAsText, suitesFrom } from './support/behaviours.ts';
import { root } from './support/root.ts';
import { shell } from './support/stages.ts';

const program = new Command('conformance')
  .description('What the queue must do, behaviour by behaviour, on each engine.')
  .argument('[paths...]', 'suites to run; all when none is given')
  .option('--all', 'name every behaviour')
  .action(async (paths: string[], { all = false }: { all?: boolean }) => {
    process.exitCode = await main(paths, all);
  });

async function main(paths: readonly string[], all: boolean): Promise<number> {
  const dir = await mkdtemp(path.join(tmpdir(), 'conformance-'));
  try {
    const file = path.join(dir, 'report.json');
    const suites = paths.map((one) => JSON.stringify(one)).join(' ');
    const exitCode = await shell(
      `vitest run --project contract --reporter=dot --reporter=json --outputFile.json="${file}" ${suites}`,
    );
    const report: unknown = JSON.parse(await readFile(file, 'utf8'));
    console.log(`\n${behavioursAsText(suitesFrom(report, root), all).join('\n')}`);
    return exitCode;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

await program.parseAsync();
