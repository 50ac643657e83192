/** `pnpm db:init`: waits for the database, creates it if it is missing, applies what is pending. */
import { defaultWaitTimeoutMs, type MigrationReport, migrate } from '#db/migrate/migrate.ts';
import { describeSettings } from '#db/settings/describe.ts';
import {
  configOption,
  databaseOption,
  defineCommand,
  jsonOption,
  outputOf,
  runProgram,
  type SettingsFlags,
  settingsFrom,
  wholeNumber,
} from './support/program.ts';

interface Flags extends SettingsFlags {
  readonly migrationsDir?: string;
  readonly dryRun: boolean;
  /** Seconds. */
  readonly waitTimeout: number;
  readonly json: boolean;
}

async function run(flags: Flags): Promise<void> {
  const { migrationsDir, dryRun, waitTimeout } = flags;
  const out = outputOf(flags);
  const settings = settingsFrom(flags).database;
  for (const [label, value] of describeSettings(settings))
    out.line(`  ${`${label}:`.padEnd(19)}${value}`);
  out.line(`  ${settings.reason}`);
  const report = await migrate(settings, {
    ...(migrationsDir === undefined ? {} : { dir: migrationsDir }),
    dryRun,
    waitTimeoutMs: waitTimeout * 1000,
    log: out.line,
  });
  out.line(conclusion(report));
  out.result({
    dry_run: report.dryRun,
    applied: report.applied,
    already_applied: report.alreadyApplied,
  });
}

function conclusion({ dryRun, applied, alreadyApplied }: MigrationReport): string {
  const before = `${alreadyApplied.length} applied before`;
  return dryRun
    ? `Dry run: ${applied.length} would be applied, ${before}; nothing was changed.`
    : `✓ All migrations completed successfully (${applied.length} applied now, ${before})`;
}

export const program = defineCommand({
  name: 'db:init',
  description:
    'Waits for the server, creates the database if it is missing, applies pending migrations.',
  reads: 'the migrations of this version and what is applied',
  changes: 'creates the database and its tables; applies what is pending and drops no data',
  examples: [
    ['', 'migrates the configured database'],
    ['--dry-run', 'prints what would be applied'],
    ['--wait-timeout 120', 'waits two minutes for a server that is starting'],
  ],
})
  .addOption(configOption())
  .addOption(databaseOption())
  .option('--migrations-dir <dir>', 'directory of the .sql files (default: those of this version)')
  .option('--dry-run', 'print what would be done and change nothing', false)
  .option(
    '--wait-timeout <seconds>',
    'how long to wait for the server',
    wholeNumber(0, 86_400),
    defaultWaitTimeoutMs / 1000,
  )
  .addOption(jsonOption())
  .action(run);

if (import.meta.main) await runProgram(program);
