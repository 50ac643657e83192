/** `pnpm lake:check [--fix] [--json]`: compares the file lake with the records. */
import { openDatabase } from '#db/open.ts';
import { systemActor } from '#lib/actor/model.ts';
import { checkLake } from '#lib/records/check-lake.ts';
import type { LakeFinding, LakeTally } from '#lib/records/lake-faults.ts';
import {
  configOption,
  databaseOption,
  defineCommand,
  outputOf,
  printDatabase,
  runProgram,
  type SettingsFlags,
  settingsFrom,
} from './support/program.ts';

interface Flags extends SettingsFlags {
  readonly fix: boolean;
  readonly json: boolean;
}

const differsCode = 2;
const repairedCode = 3;

async function run(flags: Flags): Promise<void> {
  const { fix } = flags;
  const out = outputOf(flags);
  const { database, lake } = settingsFrom(flags);
  const db = await openDatabase(database);
  printDatabase(db);
  try {
    const checking = checkLake(db, systemActor('lake:check'), { ...lake, fix });
    let step = await checking.next();
    for (; !step.done; step = await checking.next()) {
      out.line(lineOf(step.value));
      out.result({ fault: step.value });
    }
    const tally = step.value;
    for (const line of conclusion(tally, lake.baseDir, fix)) out.line(line);
    out.result({ lake: lake.baseDir, ...tally });
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
    : 'With --fix, missing, damaged and outdated files are written again and the others set aside.';
  return [...table, `✗ Lake and records differ. ${remedy}`];
}

export const program = defineCommand({
  name: 'lake:check',
  description:
    'Compares the file lake with the records: missing, damaged, outdated and orphaned files.',
  reads: 'all records that name a file, and all files of the lake',
  changes: 'nothing; with --fix files of the lake, never a record',
  examples: [
    ['', 'lists what differs'],
    ['--fix', 'writes missing, damaged and outdated files again and sets the others aside'],
  ],
  exitCodes: { 2: 'they differ', 3: 'they differed and agree now' },
})
  .addOption(configOption())
  .addOption(databaseOption())
  .option(
    '--fix',
    'write missing, damaged and outdated files again, set aside what no record names',
    false,
  )
  .option('--json', 'print one JSON object per fault and one at the end', false)
  .action(run);

if (import.meta.main) await runProgram(program);
