/** `pnpm lake:check [--config FILE] [--fix] [--json]`: compares the file lake with the records. */
import { Command } from 'commander';
import { runProgram } from '#commands/support/program.ts';
import { openDatabase } from '#db/open.ts';
import { systemActor } from '#lib/actor/model.ts';
import { loadConfig } from '#lib/load-config.ts';
import { checkLake } from '#lib/records/check-lake.ts';
import type { LakeFinding, LakeTally } from '#lib/records/lake-faults.ts';

interface Flags {
  readonly config?: string;
  readonly fix: boolean;
  readonly json: boolean;
}

const differsCode = 2;
const repairedCode = 3;

async function run({ config: configFile, fix, json }: Flags): Promise<void> {
  const { database, lake } = loadConfig({
    env: process.env,
    configFile: configFile ?? (process.env['INGEST_CONFIG'] || undefined),
  });
  const db = await openDatabase(database);
  try {
    const checking = checkLake(db, systemActor('lake:check'), { ...lake, fix });
    let step = await checking.next();
    for (; !step.done; step = await checking.next()) {
      console.log(json ? JSON.stringify({ fault: step.value }) : lineOf(step.value));
    }
    const tally = step.value;
    if (json) console.log(JSON.stringify({ lake: lake.baseDir, ...tally }));
    else for (const line of conclusion(tally, lake.baseDir, fix)) console.log(line);
    if (tally.found > 0)
      process.exitCode = tally.repaired === tally.found ? repairedCode : differsCode;
  } finally {
    await db.close();
  }
}

function lineOf({ kind, path, ingestId, why, repaired }: LakeFinding): string {
  const record = ingestId === null ? '' : `  record ${ingestId}`;
  const after =
    repaired === null
      ? ''
      : repaired.ok
        ? '; repaired'
        : `; could not be repaired: ${repaired.why}`;
  return `${repaired?.ok ? '✓' : '✗'} ${kind.padEnd(9)} ${path}${record}: ${why}${after}`;
}

function conclusion(tally: LakeTally, directory: string, fix: boolean): string[] {
  const rows: readonly (readonly [string, string | number])[] = [
    ['Lake', directory],
    ['Records that name a file', tally.records],
    ['Files', tally.files],
    ['Faults', tally.found],
    ...(fix ? ([['Repaired', tally.repaired]] as const) : []),
  ];
  const table = rows.map(([label, value]) => `  ${label.padEnd(26)}${value}`);
  if (tally.found === 0) return [...table, '✓ Lake and records agree.'];
  if (tally.repaired === tally.found) return [...table, '✓ Lake and records agree now.'];
  const remedy = fix
    ? 'What is left needs a look by hand.'
    : 'With --fix, missing and damaged files are written again and the others set aside.';
  return [...table, `✗ Lake and records differ. ${remedy}`];
}

const program = new Command('lake:check')
  .description('Compares the file lake with the records: missing, damaged and orphaned files.')
  .option('--config <file>', 'YAML file that names the lake (default: INGEST_CONFIG)')
  .option('--fix', 'write missing and damaged files again, set aside what no record names', false)
  .option('--json', 'print one JSON object per fault and one at the end', false)
  .addHelpText(
    'after',
    '\nExit codes: 0 they agree, 1 it could not be done, 2 they differ, 3 they differed and agree now.',
  )
  .action(run);

await runProgram(program);
