/** `pnpm retention [--dry-run] [--set KEY=DAYS --source NAME] [--json]`: deletes what is past its retention. */
import { InvalidArgumentError } from 'commander';
import type { Db } from '#db/engine.ts';
import { openDatabase } from '#db/open.ts';
import { systemActor } from '#lib/actor/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { previewRetention } from '#lib/retention/preview.ts';
import { purgeOld, type Subject } from '#lib/retention/purge.ts';
import { changeRetention, readRetention } from '#lib/retention/settings.ts';
import {
  addCommonOptions,
  defineCommand,
  type Output,
  outputOf,
  printDatabase,
  runProgram,
  type SettingsFlags,
  settingsFrom,
} from './support/program.ts';

interface Setting {
  readonly key: string;
  /** Null = for ever; undefined = of a source: as for all. */
  readonly days: number | null | undefined;
}

interface Flags extends SettingsFlags {
  readonly dryRun: boolean;
  readonly set: readonly Setting[];
  readonly source?: string;
  readonly json: boolean;
}

const stoppedCode = 2;
const dayMs = 86_400_000;

async function run(flags: Flags): Promise<void> {
  const out = outputOf(flags);
  if (flags.source !== undefined && flags.set.length === 0) {
    throw new AppError('usage', 'Give --set with --source.');
  }
  const db = await openDatabase(settingsFrom(flags).database);
  printDatabase(db);
  try {
    if (flags.set.length > 0) await change(db, flags, out);
    else if (flags.dryRun) await preview(db, out);
    else await purge(db, out);
  } finally {
    await db.close();
  }
}

async function change(db: Db, { set, source }: Flags, out: Output): Promise<void> {
  const before = await readRetention(db);
  const given = Object.fromEntries(set.map(({ key, days }) => [key, days]));
  const after =
    source === undefined
      ? { ...before, ...given }
      : {
          ...before,
          sources: { ...before.sources, [source]: { ...before.sources[source], ...given } },
        };
  await changeRetention(db, systemActor('retention'), after);
  const retention = await readRetention(db);
  out.line('✓ The retention was changed; workers apply it within the hour.');
  out.result({ retention });
}

async function preview(db: Db, out: Output): Promise<void> {
  const previews = await previewRetention(db);
  for (const one of previews) {
    const rows = `${one.isAtLeast ? 'at least ' : ''}${one.rows.toLocaleString('en-US')} rows`;
    out.line(`${nameOf(one).padEnd(40)} ${rows.padStart(24)}  ${megabytes(one.bytes)}`);
  }
  if (previews.every(({ rows }) => rows === 0)) out.line('✓ Nothing is past its retention.');
  out.result({ dryRun: true, subjects: previews.map(plain) });
}

async function purge(db: Db, out: Output): Promise<void> {
  const { purged, stoppedBy } = await purgeOld(db);
  for (const one of purged) {
    out.line(
      `${nameOf(one).padEnd(40)} ${`${one.gone.toLocaleString('en-US')} gone`.padStart(24)}`,
    );
  }
  if (stoppedBy === null) out.line('✓ Done.');
  else {
    out.line(
      `✗ Stopped: ${stoppedBy}. Deleting needs room in the log; run it again when there is.`,
    );
    process.exitCode = stoppedCode;
  }
  out.result({ dryRun: false, stoppedBy, subjects: purged.map(plain) });
}

const plain = <T extends Subject>({ olderThanMs, ...rest }: T) => ({
  ...rest,
  olderThanDays: olderThanMs / dayMs,
});

const nameOf = ({ kind, source, olderThanMs }: Subject) =>
  `${kind}${source === undefined ? '' : ` of ${source}`}, older than ${olderThanMs / dayMs} days`;

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** `recordDays=90`, `recordDays=never`, of a source also `recordDays=default`. */
function readSetting(text: string, earlier: readonly Setting[]): Setting[] {
  const [, key, value] = /^(\w+Days)=(\d{1,6}|never|default)$/.exec(text) ?? [];
  if (key === undefined || value === undefined) {
    throw new InvalidArgumentError(
      'It must be like recordDays=90, recordDays=never or recordDays=default.',
    );
  }
  const days = value === 'never' ? null : value === 'default' ? undefined : Number(value);
  return [...earlier, { key, days }];
}

export const program = addCommonOptions(
  defineCommand({
    name: 'retention',
    description: 'Deletes what is past its retention, as the workers do every hour.',
    reads: 'the retention that is set, and what is older',
    changes:
      'deletes old rows in portions of 500; with --set only the settings, with --dry-run nothing',
    examples: [
      ['--dry-run', 'says how many rows and about how many bytes would go'],
      ['', 'deletes them, for half an hour at most'],
      ['--set recordDays=365 --set versionDays=90', 'changes what is kept of all sources'],
      ['--source news --set recordDays=30', 'changes it for one source'],
    ],
    exitCodes: { 2: 'the database is full or busy, or its log is held: there is more to delete' },
  }),
)
  .option('--dry-run', 'count only', false)
  .option(
    '--set <key=days>',
    'eventDays, attemptDays, recordDays, versionDays, itemDays, runDays, auditDays or operationDays; never = keep for ever',
    readSetting,
    [],
  )
  .option(
    '--source <name>',
    'set recordDays, versionDays and itemDays of this source; default = as for all',
  )
  .action(run);

if (import.meta.main) await runProgram(program);
