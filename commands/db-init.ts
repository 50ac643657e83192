/**
 * `pnpm db:init`: waits for the database, creates it if it is missing, applies what is pending; or writes what it
 * would do as a script.
 */
import { writeFile } from 'node:fs/promises';
import { migrationsDir as directoryOf, readMigrationFiles } from '#db/migrate/files.ts';
import { defaultWaitTimeoutMs, type MigrationReport, migrate } from '#db/migrate/migrate.ts';
import { migrationScript } from '#db/migrate/script.ts';
import { describeSettings } from '#db/settings/describe.ts';
import type { DatabaseSettings } from '#db/settings/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import {
  addCommonOptions,
  type CommonFlags,
  defineCommand,
  outputOf,
  runProgram,
  settingsFrom,
  wholeNumber,
} from './support/program.ts';

interface Flags extends CommonFlags {
  readonly migrationsDir?: string;
  readonly dryRun: boolean;
  readonly create: boolean;
  readonly enableRcsi: boolean;
  /** Where to write the script to instead. */
  readonly script?: string;
  /** Seconds. */
  readonly waitTimeout: number;
}

async function run(flags: Flags): Promise<void> {
  const { migrationsDir, dryRun, create, enableRcsi, waitTimeout, script } = flags;
  const out = outputOf(flags);
  const settings = settingsFrom(flags).database;
  if (script !== undefined) {
    const written = await writeScript(script, settings, migrationsDir);
    out.line(
      `✓ Wrote ${written.length} migrations to ${script}: sqlcmd -S SERVER -d DATABASE -i ${script}`,
    );
    return out.result({ script, migrations: written });
  }
  for (const [label, value] of describeSettings(settings))
    out.line(`  ${`${label}:`.padEnd(19)}${value}`);
  out.line(`  ${settings.reason}`);
  const report = await migrate(settings, {
    ...(migrationsDir === undefined ? {} : { dir: migrationsDir }),
    dryRun,
    create,
    enableRcsi,
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

/** Names of the migrations in it. */
async function writeScript(
  file: string,
  settings: DatabaseSettings,
  migrationsDir: string | undefined,
): Promise<string[]> {
  if (settings.engine === 'sqlite') {
    throw new AppError('usage', '--script is for SQL Server, and the settings name SQLite.', {
      remedy: 'Set DB_BACKEND=sqlserver.',
    });
  }
  const files = readMigrationFiles(directoryOf('sqlserver', migrationsDir));
  await writeFile(file, migrationScript(files, settings.schema));
  return files.map(({ name }) => name);
}

function conclusion({ dryRun, applied, alreadyApplied }: MigrationReport): string {
  const before = `${alreadyApplied.length} applied before`;
  return dryRun
    ? `Dry run: ${applied.length} would be applied, ${before}; nothing was changed.`
    : `✓ All migrations completed successfully (${applied.length} applied now, ${before})`;
}

export const program = addCommonOptions(
  defineCommand({
    name: 'db:init',
    description:
      'Waits for the server, creates the database if it is missing, applies pending migrations.',
    reads: 'the migrations of this version and what is applied',
    changes: 'creates the database and its tables; applies what is pending and drops no data',
    examples: [
      ['', 'migrates the configured database'],
      ['--dry-run', 'prints what would be applied'],
      ['--wait-timeout 120', 'waits two minutes for a server that is starting'],
      ['--enable-rcsi', 'turns on row versions in an existing SQL Server database first'],
      ['--script schema.sql', 'writes what it would do as a script for sqlcmd'],
    ],
  }),
)
  .option('--migrations-dir <dir>', 'directory of the .sql files (default: those of this version)')
  .option('--dry-run', 'print what would be done and change nothing', false)
  .option('--create', 'create a missing database on Azure SQL too, where it is billed', false)
  .option('--enable-rcsi', 'turn on row versions (READ_COMMITTED_SNAPSHOT) in the database', false)
  .option('--script <file>', 'write one script for sqlcmd instead; connects to nothing')
  .option(
    '--wait-timeout <seconds>',
    'how long to wait for the server',
    wholeNumber(0, 86_400),
    defaultWaitTimeoutMs / 1000,
  )
  .action(run);

if (import.meta.main) await runProgram(program);
