/** `pnpm db:smoke`: checks the database that this deployment would use. */
import { smokeTest } from '#lib/smoke/smoke-test.ts';
import {
  configOption,
  databaseOption,
  defineCommand,
  jsonOption,
  outputOf,
  runProgram,
  type SettingsFlags,
  settingsFrom,
} from './support/program.ts';

interface Flags extends SettingsFlags {
  readonly json: boolean;
}

async function run(flags: Flags): Promise<void> {
  const out = outputOf(flags);
  const error = await smokeTest(settingsFrom(flags).database, out.line);
  out.result({ ok: error === null, error });
  if (error) process.exitCode = 1;
}

export const program = defineCommand({
  name: 'db:smoke',
  description: 'Checks connection, schema, writing, reading and deduplication.',
  reads: 'the migrations and the four main tables',
  changes: 'nothing that stays: it writes two items of a source of its own and removes them',
  examples: [
    ['', 'checks the configured database'],
    ['--config ingest.yaml', 'checks the one that a file names'],
  ],
})
  .addOption(configOption())
  .addOption(databaseOption())
  .addOption(jsonOption())
  .action(run);

if (import.meta.main) await runProgram(program);
