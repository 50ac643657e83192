/** `pnpm snapshot export DIR [--source NAME]…`, `pnpm snapshot verify DIR`, `pnpm snapshot import DIR`. */
import path from 'node:path';
import { Command } from 'commander';
import { runProgram } from '#commands/support/program.ts';
import type { Db } from '#db/engine.ts';
import { openDatabase } from '#db/open.ts';
import { resolveDatabaseSettings } from '#db/settings/settings.ts';
import { systemActor } from '#lib/actor/model.ts';
import { exportSnapshot } from '#lib/records/snapshot/export.ts';
import { importSnapshot, verifySnapshot } from '#lib/records/snapshot/import.ts';
import type { SnapshotPart } from '#lib/records/snapshot/manifest.ts';

const actor = systemActor('snapshot');
const say = (line: string) => console.log(line);
const number = new Intl.NumberFormat('en');
const recordsOf = (count: number) =>
  `${number.format(count)} ${count === 1 ? 'record' : 'records'}`;

async function withDatabase<T>(work: (db: Db) => Promise<T>): Promise<T> {
  const db = await openDatabase(resolveDatabaseSettings(process.env));
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

async function runExport(directory: string, { source }: { source?: string[] }): Promise<void> {
  const manifest = await withDatabase((db) =>
    exportSnapshot(db, actor, {
      directory: path.resolve(directory),
      sources: source ?? null,
      onPart: (part) => say(`  ${part.file}  ${recordsOf(part.records)}`),
    }),
  );
  say(`✓ Exported ${recordsOf(manifest.records)} to ${directory}`);
}

const telling = (part: SnapshotPart, step: string) => say(`  ${part.file}  ${step}`);

async function runVerify(directory: string): Promise<void> {
  const manifest = await verifySnapshot({ directory: path.resolve(directory), onPart: telling });
  say(`✓ ${recordsOf(manifest.records)} of ${manifest.made_at}, all as they were written`);
}

async function runImport(directory: string): Promise<void> {
  const { inserted, known } = await withDatabase((db) =>
    importSnapshot(db, actor, { directory: path.resolve(directory), onPart: telling }),
  );
  say(`✓ Imported ${recordsOf(inserted)}; ${recordsOf(known)} were there before`);
}

const program = new Command('snapshot').description(
  'Writes records into files, and reads them into another database.',
);
program
  .command('export')
  .description('Writes all records, or those of some sources, into a new directory.')
  .argument('<directory>', 'must not exist')
  .option('--source <name...>', 'only records of these sources')
  .action(runExport);
program
  .command('verify')
  .description('Reads a snapshot to its end and checks every checksum; writes nothing.')
  .argument('<directory>')
  .action(runVerify);
program
  .command('import')
  .description('Verifies a snapshot, then inserts the records that are absent; may be repeated.')
  .argument('<directory>')
  .action(runImport);

await runProgram(program);
