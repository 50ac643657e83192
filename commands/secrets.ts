/** `pnpm secrets rotate`: seals stored secrets under the current master key. */
import { openDatabase } from '#db/open.ts';
import { systemActor } from '#lib/actor/model.ts';
import { loadConfig } from '#lib/load-config.ts';
import { secretBoxOf } from '#lib/runtime.ts';
import { rotateSecrets } from '#lib/sources/rotate-secrets.ts';
import {
  addCommonOptions,
  type CommonFlags,
  defineCommand,
  outputOf,
  printDatabase,
  runProgram,
} from './support/program.ts';

const unreadableCode = 2;

async function runRotate(flags: CommonFlags): Promise<void> {
  const out = outputOf(flags);
  const config = loadConfig({ flags });
  for (const note of config.notes) console.error(`! ${note}`);
  const db = await openDatabase(config.database);
  printDatabase(db);
  try {
    const rotation = await rotateSecrets(db, systemActor('secrets'), secretBoxOf(config));
    const { rotated, current, unreadable } = rotation;
    out.line(`✓ ${rotated} encrypted under the current key; ${current} were before`);
    for (const { source, secret } of unreadable) {
      out.line(`✗ ${source}: the secret ${secret} opens with no key given here`);
    }
    if (unreadable.length > 0) {
      out.line('  Give the key it was stored under as INGEST_SECRET_KEY_OLDER, or enter it again.');
      process.exitCode = unreadableCode;
    }
    out.result(rotation);
  } finally {
    await db.close();
  }
}

export const program = defineCommand({
  name: 'secrets',
  description: 'Keeps the stored secrets of sources under the current master key.',
  reads: 'all stored secrets, and the keys',
  changes: 'rotate: secrets stored under an older key',
  examples: [['rotate', 'encrypts them under the current key; then older keys can go']],
  exitCodes: { 2: 'some open with no key' },
});
addCommonOptions(program.command('rotate'))
  .description(
    'Encrypts what was stored under an older key under the current one; may be repeated.',
  )
  .action(runRotate);

if (import.meta.main) await runProgram(program);
