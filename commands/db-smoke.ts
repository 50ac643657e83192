/** `pnpm db:smoke`: checks the database that this deployment would use. */
import { smokeTest } from '#lib/smoke/smoke-test.ts';
import {
  addCommonOptions,
  type CommonFlags,
  defineCommand,
  outputOf,
  runProgram,
  settingsFrom,
} from './support/program.ts';

async function run(flags: CommonFlags): Promise<void> {
  const out = outputOf(flags);
  const error = await smokeTest(settingsFrom(flags).database, out.line);
  out.result({ ok: error === null, error });
  if (error) process.exitCode = 1;
}

export const program = addCommonOptions(
  defineCommand({
    name: 'db:smoke',
    description: 'Checks connection, schema, writing, reading and deduplication.',
    reads: 'the migrations and the four main tables',
    changes: 'nothing that stays: it writes two items of a source of its own and removes them',
    examples: [
      ['', 'checks the configured database'],
      ['--config ingest.yaml', 'checks the one that a file names'],
    ],
  }),
).action(run);

if (import.meta.main) await runProgram(program);
