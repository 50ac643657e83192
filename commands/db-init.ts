/** `pnpm db:init`: waits for the database, makes it if it is missing, applies what is pending. */
import { Command } from 'commander';
import { runProgram, wholeNumber } from '#commands/support/program.ts';
import { defaultWaitTimeoutMs, type MigrationReport, migrate } from '#db/migrate/migrate.ts';
import { describeSettings } from '#db/settings/describe.ts';
import { resolveDatabaseSettings } from '#db/settings/settings.ts';

interface Options {
  readonly migrationsDir?: string;
  readonly dryRun: boolean;
  /** Seconds. */
  readonly waitTimeout: number;
}

const say = (line: string) => console.log(line);

async function run({ migrationsDir, dryRun, waitTimeout }: Options): Promise<void> {
  const settings = resolveDatabaseSettings(process.env);
  for (const [label, value] of describeSettings(settings))
    say(`  ${`${label}:`.padEnd(19)}${value}`);
  say(`  ${settings.reason}`);
  for (const note of settings.notes) say(`  ${note}`);
  const report = await migrate(settings, {
    ...(migrationsDir === undefined ? {} : { dir: migrationsDir }),
    dryRun,
    waitTimeoutMs: waitTimeout * 1000,
    log: say,
  });
  say(conclusion(report));
}

function conclusion({ dryRun, applied, alreadyApplied }: MigrationReport): string {
  const before = `${alreadyApplied.length} applied before`;
  return dryRun
    ? `Dry run: ${applied.length} would be applied, ${before}; nothing was changed.`
    : `✓ All migrations completed successfully (${applied.length} applied now, ${before})`;
}

const program = new Command('db:init')
  .description('Creates the database if it is missing and applies the pending migrations.')
  .option('--migrations-dir <dir>', 'directory of the .sql files (default: those of this version)')
  .option('--dry-run', 'print what would be done and change nothing', false)
  .option(
    '--wait-timeout <seconds>',
    'how long to wait for the server',
    wholeNumber(0, 86_400),
    defaultWaitTimeoutMs / 1000,
  )
  .action(run);

await runProgram(program);
