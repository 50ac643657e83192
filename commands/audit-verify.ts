/** `pnpm audit:verify [--file FILE] [--known POSITION:HASH]`: says whether the audit log is as it was written. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { InvalidArgumentError } from 'commander';
import { openDatabase } from '#db/open.ts';
import { systemActor } from '#lib/actor/model.ts';
import { type AuditVerification, verifyAndRecord, verifyAudit } from '#lib/audit/verify-audit.ts';
import { verifyExport } from '#lib/audit/verify-export.ts';
import { AppError } from '#lib/errors/app-error.ts';
import {
  addCommonOptions,
  type CommonFlags,
  defineCommand,
  type Output,
  outputOf,
  printDatabase,
  runProgram,
  settingsFrom,
} from './support/program.ts';

interface Flags extends CommonFlags {
  readonly file?: string;
  readonly known?: { readonly position: number; readonly hash: string };
  readonly record: boolean;
}

const brokenCode = 3;

async function run(flags: Flags): Promise<void> {
  const out = outputOf(flags);
  const faultCount =
    flags.file === undefined ? await database(flags, out) : await file(flags.file, out);
  if (faultCount > 0) process.exitCode = brokenCode;
}

async function database(flags: Flags, out: Output): Promise<number> {
  const db = await openDatabase(settingsFrom(flags).database);
  printDatabase(db);
  const options = flags.known ? { known: flags.known } : {};
  try {
    const verification = flags.record
      ? await verifyAndRecord(db, systemActor('audit:verify'), options)
      : await verifyAudit(db, options);
    print(verification, flags.known?.position ?? null, out);
    out.result(verification);
    return verification.faultCount;
  } finally {
    await db.close();
  }
}

function print(verification: AuditVerification, known: number | null, out: Output): void {
  const { first, last, faults, faultCount, head, purgedTo, unsealed, unsealedSince } = verification;
  for (const { message } of faults) out.line(`✗ ${message}`);
  if (faultCount > faults.length) out.line(`✗ … and ${faultCount - faults.length} more.`);
  if (first === null) out.line('No entry is sealed yet.');
  else if (faultCount === 0) out.line(`✓ Entries ${first} to ${last} are as they were written.`);
  if (purgedTo > 0) out.line(`  Retention took the entries up to ${purgedTo}.`);
  if (known !== null && known < (first ?? 1))
    out.line(`! Entry ${known} was taken by retention: its hash cannot be compared any more.`);
  if (unsealed > 0)
    out.line(
      `  Not sealed yet: ${unsealed}, since ${unsealedSince}. A worker does it within seconds.`,
    );
  if (first !== null)
    out.line(`  To note elsewhere, for --known later: ${head.position}:${head.hash}`);
}

async function file(path: string, out: Output): Promise<number> {
  const input = createReadStream(path);
  const opened = new Promise<void>((resolve, reject) => {
    input.once('open', () => resolve());
    input.once('error', (cause) =>
      reject(new AppError('usage', `${path} cannot be read.`, { cause })),
    );
  });
  await opened;
  const verification = await verifyExport(
    createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }),
  );
  const { entries, first, last, absent, unsealed, faults, faultCount } = verification;
  for (const fault of faults) out.line(`✗ ${fault}`);
  if (faultCount > faults.length) out.line(`✗ … and ${faultCount - faults.length} more.`);
  if (faultCount === 0) out.line(`✓ ${entries} entries are as they were written.`);
  if (first !== null) out.line(`  They are from ${first} to ${last} of the chain.`);
  if (absent > 0)
    out.line(
      `  ${absent} between them are not in the file: others than its filter's, or taken out.`,
    );
  if (unsealed > 0) out.line(`  ${unsealed} were not sealed yet when they were exported.`);
  out.result(verification);
  return faultCount;
}

function readKnown(text: string): NonNullable<Flags['known']> {
  const [, position, hash] = /^([1-9]\d{0,9}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (position === undefined || hash === undefined) {
    throw new InvalidArgumentError('It must be like 1234:9f86d0…, 64 hexadecimal digits.');
  }
  return { position: Number(position), hash };
}

export const program = addCommonOptions(
  defineCommand({
    name: 'audit:verify',
    description: 'Says whether the audit log is as it was written, by its hash chain.',
    reads: 'the whole audit log, or an exported one',
    changes: 'adds the outcome to the audit log; with --no-record or --file nothing',
    examples: [
      ['', 'names what was changed or is missing, and how far the log is sealed'],
      ['--known 1234:9f86d0…', 'also compares a hash that was noted before'],
      ['--file audit-log.ndjson', 'an export, without any database'],
    ],
    exitCodes: { 3: 'something was changed or is missing' },
  }),
)
  .option('--known <position:hash>', 'what an earlier verification told to note', readKnown)
  .option('--file <file>', 'an audit log that the console exported as NDJSON')
  .option('--no-record', 'leave the audit log as it is')
  .action(run);

if (import.meta.main) await runProgram(program);
