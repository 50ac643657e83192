/**
 * `pnpm first-start`: what a deployment needs once, after its migrations: the key file, the sample source and the
 * administrator. `first-start` of docker-compose.yml runs it; it changes nothing the second time.
 */
import { prepareInstallation } from './support/prepare-installation.ts';
import {
  addCommonOptions,
  type CommonFlags,
  defineCommand,
  outputOf,
  runProgram,
} from './support/program.ts';

async function run(flags: CommonFlags): Promise<void> {
  const out = outputOf(flags);
  const { config, databaseLabel, firstSignIn } = await prepareInstallation(flags);
  for (const note of config.notes) console.error(`! ${note}`);
  out.line(`Database  ${databaseLabel}`);
  if (firstSignIn) {
    const { email, generatedPassword } = firstSignIn;
    out.line(`Sign in   ${email}`);
    out.line(
      generatedPassword === undefined
        ? 'Password  the one in INGEST_ADMIN_PASSWORD'
        : `Password  ${generatedPassword}   (shown this once: for the first sign-in)`,
    );
  }
  out.result({ database: databaseLabel, first_sign_in: firstSignIn });
}

export const program = addCommonOptions(
  defineCommand({
    name: 'first-start',
    description: 'Makes the key file, the sample source and the first administrator.',
    reads: 'sources and users',
    changes:
      'applies pending migrations, and adds what is missing of the three; nothing the second time',
    examples: [['', 'prints the first sign-in, once']],
  }),
).action(run);

if (import.meta.main) await runProgram(program);
