/** `pnpm db:partition [--dry-run] [--table NAME] [--json]`: divides what grows by month, on SQL Server. */
import { Option } from 'commander';
import { divideByMonth } from '#db/sqlserver/divide-by-month.ts';
import { type PartitionedTable, partitionedTableNames } from '#db/sqlserver/partitions.ts';
import { AppError } from '#lib/errors/app-error.ts';
import {
  addCommonOptions,
  type CommonFlags,
  defineCommand,
  outputOf,
  runProgram,
  settingsFrom,
} from './support/program.ts';

interface Flags extends CommonFlags {
  readonly dryRun: boolean;
  readonly table?: PartitionedTable;
}

async function run(flags: Flags): Promise<void> {
  const out = outputOf(flags);
  const settings = settingsFrom(flags).database;
  if (settings.engine !== 'sqlserver') {
    throw new AppError('usage', 'Only tables of SQL Server can be divided by month.', {
      remedy: 'On SQLite, retention deletes in portions.',
    });
  }
  const tables: object[] = [];
  await divideByMonth(settings, {
    tables: flags.table === undefined ? partitionedTableNames : [flags.table],
    dryRun: flags.dryRun,
    onReport: (report) => {
      const { table, rows, bytes, minutes, foreign, statements } = report;
      const size = `${rows.toLocaleString('en-US')} rows, ${(bytes / 1e9).toFixed(1)} GB`;
      out.line(`${table}: ${size}, about ${minutes} min and as much log as the table has bytes.`);
      for (const index of foreign) {
        out.line(
          `! ${index} is not ours: drop it, or make it anew on PS_${settings.schema}_${table}.`,
        );
      }
      if (flags.dryRun) for (const statement of statements) out.line(`${statement}\nGO`);
      tables.push(flags.dryRun ? report : { ...report, statements: statements.length });
    },
    onStatement: (table, place, of) => out.line(`${table}: step ${place} of ${of}`),
  });
  if (!flags.dryRun) out.line('✓ Divided by month. The job “partitions” keeps it so.');
  out.result({ dryRun: flags.dryRun, tables });
}

export const program = addCommonOptions(
  defineCommand({
    name: 'db:partition',
    description: 'Divides records, attempts and events by month, on SQL Server.',
    reads: 'the sizes of these tables',
    changes: 'the order and the indexes of these tables, never a row; with --dry-run nothing',
    examples: [
      ['--dry-run', 'says how large they are, about how long it takes, and the statements'],
      ['--table events', 'divides one of them; it goes on where it was interrupted'],
    ],
  }),
)
  .option('--dry-run', 'print the estimate and the statements only', false)
  .addOption(new Option('--table <name>', 'one table').choices(partitionedTableNames))
  .action(run);

if (import.meta.main) await runProgram(program);
