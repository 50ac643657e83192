/** `pnpm snapshot export DIR [--source NAME]…`, `pnpm snapshot verify DIR`, `pnpm snapshot import DIR`. */
import path from 'node:path';
import type { Db } from '#db/engine.ts';
import { openDatabase } from '#db/open.ts';
import { systemActor } from '#lib/actor/model.ts';
import { exportSnapshot } from '#lib/records/snapshot/export.ts';
import { importSnapshot, verifySnapshot } from '#lib/records/snapshot/import.ts';
import type { SnapshotPart } from '#lib/records/snapshot/manifest.ts';
import {
  addCommonOptions,
  type CommonFlags,
  defineCommand,
  jsonOption,
  type Output,
  outputOf,
  printDatabase,
  runProgram,
  settingsFrom,
} from './support/program.ts';

const actor = systemActor('snapshot');
const number = new Intl.NumberFormat('en');
const recordsOf = (count: number) =>
  `${number.format(count)} ${count === 1 ? 'record' : 'records'}`;
const printPart = (out: Output) => (part: SnapshotPart, step: string) =>
  out.line(`  ${part.file}  ${step}`);

async function withDatabase<T>(flags: CommonFlags, work: (db: Db) => Promise<T>): Promise<T> {
  const db = await openDatabase(settingsFrom(flags).database);
  printDatabase(db);
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

async function runExport(
  directory: string,
  flags: CommonFlags & { source?: string[] },
): Promise<void> {
  const out = outputOf(flags);
  const manifest = await withDatabase(flags, (db) =>
    exportSnapshot(db, actor, {
      directory: path.resolve(directory),
      sources: flags.source ?? null,
      onPart: (part) => out.line(`  ${part.file}  ${recordsOf(part.records)}`),
    }),
  );
  out.line(`✓ Exported ${recordsOf(manifest.records)} to ${directory}`);
  out.result({ directory: path.resolve(directory), records: manifest.records });
}

async function runVerify(directory: string, flags: Pick<CommonFlags, 'json'>): Promise<void> {
  const out = outputOf(flags);
  const manifest = await verifySnapshot({
    directory: path.resolve(directory),
    onPart: printPart(out),
  });
  out.line(`✓ ${recordsOf(manifest.records)} of ${manifest.made_at}, all as they were written`);
  out.result({ made_at: manifest.made_at, records: manifest.records });
}

async function runImport(directory: string, flags: CommonFlags): Promise<void> {
  const out = outputOf(flags);
  const { inserted, known } = await withDatabase(flags, (db) =>
    importSnapshot(db, actor, { directory: path.resolve(directory), onPart: printPart(out) }),
  );
  out.line(`✓ Imported ${recordsOf(inserted)}; ${recordsOf(known)} were there before`);
  out.result({ inserted, known });
}

export const program = defineCommand({
  name: 'snapshot',
  description: 'Writes records into files, and reads them into another database.',
  reads: 'export: records and their bodies; verify and import: the files of a snapshot',
  changes: 'export: a new directory; verify: nothing; import: inserts the records that are absent',
  examples: [
    ['export backup --source openalex', 'writes the records of one source into ./backup'],
    ['verify backup', 'checks every checksum'],
    ['import backup --config other.yaml', 'inserts them into the database that a file names'],
  ],
});
addCommonOptions(program.command('export'))
  .description('Writes all records, or those of some sources, into a new directory.')
  .argument('<directory>', 'must not exist')
  .option('--source <name...>', 'only records of these sources')
  .action(runExport);
program
  .command('verify')
  .description('Reads a snapshot to its end and checks every checksum; writes nothing.')
  .argument('<directory>', 'of the snapshot')
  .addOption(jsonOption())
  .action(runVerify);
addCommonOptions(program.command('import'))
  .description('Verifies a snapshot, then inserts the records that are absent; may be repeated.')
  .argument('<directory>', 'of the snapshot')
  .action(runImport);

if (import.meta.main) await runProgram(program);
