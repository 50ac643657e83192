/** `pnpm db:doctor`: examines the database, and says of each thing that is not as it should be what to do. */
import { bytesInWords, type ObjectSize, type Severity } from '#db/inspection.ts';
import { openDatabase } from '#db/open.ts';
import { systemActor } from '#lib/actor/model.ts';
import { type Examination, examineDatabase, type ProcessFigures } from '#lib/health/examine.ts';
import {
  addCommonOptions,
  type CommonFlags,
  defineCommand,
  outputOf,
  printDatabase,
  runProgram,
  settingsFrom,
} from './support/program.ts';

const faultCode = 3;
const marks: Readonly<Record<Severity, string>> = {
  fault: '✗',
  warning: '!',
  notice: '-',
  ok: '✓',
};
/** Tables and indexes in the list for a person; --json has all. */
const mostSizes = 25;

async function run(flags: CommonFlags): Promise<void> {
  const out = outputOf(flags);
  const db = await openDatabase(settingsFrom(flags).database);
  printDatabase(db);
  try {
    const found = await examineDatabase(db, systemActor('db:doctor'), { thorough: true });
    for (const line of linesOf(found)) out.line(line);
    out.result(found);
    if (found.findings.some(({ severity }) => severity === 'fault')) process.exitCode = faultCode;
  } finally {
    await db.close();
  }
}

function linesOf(found: Examination): string[] {
  return [
    ...table(found.facts),
    '',
    ...found.findings.flatMap(({ code, severity, message, remedy }) => [
      `${marks[severity]} ${code}: ${message}`,
      ...(remedy === null ? [] : [`  → ${remedy}`]),
    ]),
    ...chapter('Sizes', sizeLines(found.sizes)),
    ...found.figures.flatMap(({ title, rows }) => chapter(title, table(rows))),
    ...chapter('Processes', found.processes.map(processLine)),
    ...chapter(
      'Left out',
      found.leftOut.map(({ what, why }) => `  ${what}: ${why}`),
    ),
  ];
}

const chapter = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, ...lines];

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`);
}

function sizeLines(sizes: readonly ObjectSize[]): string[] {
  const lines = sizes
    .slice(0, mostSizes)
    .map(({ table: name, index, rows, bytes }): [string, string] => {
      const label = index === null ? name : `  ${index}`;
      return [
        label,
        `${bytesInWords(bytes)}${rows === null ? '' : `, ${rows.toLocaleString('en')} rows`}`,
      ];
    });
  const more = sizes.length - lines.length;
  return [...table(lines), ...(more > 0 ? [`  … and ${more} more (--json)`] : [])];
}

function processLine({ name, pool, faults }: ProcessFigures): string {
  const connections =
    pool === null
      ? 'its connections are not told'
      : `${pool.used} connections in use, ${pool.free} idle of ${pool.max}, ${pool.waiting} waiting, longest wait ${Math.round(pool.longestWaitMs)} ms`;
  const { deadlocks, busy, connectionsLost } = faults;
  return `  ${name}: ${connections}; run again after ${deadlocks} deadlocks, ${busy} busy, ${connectionsLost} lost`;
}

export const program = addCommonOptions(
  defineCommand({
    name: 'db:doctor',
    description: 'Examines the database and says what to do about what it finds.',
    reads:
      'the catalogue and, where the login may, the state of the server; of an embedded database the whole file',
    changes: 'nothing',
    examples: [
      ['', 'examines the configured database'],
      ['--json', 'the same for a monitor: findings with code and severity, sizes, figures'],
    ],
    exitCodes: { [faultCode]: 'it was examined, and a fault was found' },
  }),
).action(run);

if (import.meta.main) await runProgram(program);
