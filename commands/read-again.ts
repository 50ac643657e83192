/** `pnpm read-again (--charset NAME | --text) (--source NAME | --record ID) [--dry-run] [--json]`: reads what was received again. */
import { openDatabase } from '#db/open.ts';
import { systemActor } from '#lib/actor/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { readAgain } from '#lib/records/read-again.ts';
import {
  addCommonOptions,
  defineCommand,
  outputOf,
  printDatabase,
  runProgram,
  type SettingsFlags,
  settingsFrom,
} from './support/program.ts';

interface Flags extends SettingsFlags {
  readonly charset?: string;
  readonly text: boolean;
  readonly source?: string;
  readonly record?: string;
  readonly dryRun: boolean;
  readonly json: boolean;
}

async function run(flags: Flags): Promise<void> {
  const { charset, text, source, record, dryRun } = flags;
  const of =
    source !== undefined && record === undefined
      ? { source }
      : record !== undefined && source === undefined
        ? { ingestId: record }
        : null;
  if (of === null) throw new AppError('usage', 'Give either --source or --record.');
  if ((charset === undefined) !== text) {
    throw new AppError('usage', 'Give either --charset or --text.');
  }
  const as = charset === undefined ? 'main text' : { charset };
  const out = outputOf(flags);
  const db = await openDatabase(settingsFrom(flags).database);
  printDatabase(db);
  try {
    const tally = await readAgain(db, systemActor('read-again'), { of, as, dryRun });
    const count = (number: number) => number.toLocaleString('en-US');
    out.line(
      `✓ ${count(tally.changed)} of ${count(tally.records)} texts ${dryRun ? 'would be' : 'were'} read again.`,
    );
    out.result({ charset: charset ?? null, text, dryRun, ...tally });
  } finally {
    await db.close();
  }
}

export const program = addCommonOptions(
  defineCommand({
    name: 'read-again',
    description:
      'Reads what was received again: in another charset, where the server named a wrong one, or for the main texts of pages.',
    reads: 'the bytes of all texts of a source, or of one record; with --text its pages',
    changes:
      'payload, hash and charset of these records, or with --text their title and main text; never the bytes, nor what counts as content; with --dry-run nothing. Files of the lake follow by lake:check --fix',
    examples: [
      ['--source news --charset shift_jis --dry-run', 'says how many records would change'],
      ['--source news --charset shift_jis', 'reads them again'],
      ['--source news --text', 'extracts title and main text of pages that have none'],
      ['--record 01980000-0000-7000-8000-000000000001 --charset koi8-r', 'reads one again'],
    ],
    exitCodes: {},
  }),
)
  .option('--text', 'title and main text of pages that have none', false)
  .option('--charset <name>', 'as the Encoding standard names it: windows-1252, big5, …')
  .option('--source <name>', 'all texts of this source')
  .option('--record <id>', 'one record')
  .option('--dry-run', 'count only', false)
  .action(run);

if (import.meta.main) await runProgram(program);
