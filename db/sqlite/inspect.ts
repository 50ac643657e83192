/** Examines an embedded database: changes nothing, and reads the whole of it only when asked to be thorough. */
import { statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { sql } from 'kysely';
import { runWithDeadline } from '../deadline.ts';
import type { Session } from '../engine.ts';
import {
  bytesInWords,
  type Fact,
  type Finding,
  finding,
  type Inspection,
  type InspectionOptions,
  type ObjectSize,
  ok,
} from '../inspection.ts';
import { migrationsDir, readMigrationFiles } from '../migrate/files.ts';
import { makeInMemory } from '../migrate/sqlite.ts';

/** Reading a file of some gigabytes takes minutes; of a terabyte nobody waits for the end, ms. */
const thoroughMs = 600_000;
const mostFaults = 20;
/** What is read whole in any case: a second or so. */
const smallBytes = 256 * 1_024 ** 2;

export async function inspectSqlite(
  session: Session,
  { thorough }: InspectionOptions,
): Promise<Inspection> {
  const state = await readState(session);
  const expected = expectedObjects();
  const found = await objectsOf(session);
  const isWhole = thorough || state.pages * state.pageSize <= smallBytes;
  const left = (what: string) => ({ what, why: 'reads the whole file: pnpm db:doctor does' });
  return {
    facts: factsOf(state),
    findings: [
      journalOf(state),
      walOf(state),
      freePagesOf(state),
      diskOf(state),
      ...judgeObjects(expected, found),
      ...(isWhole ? [await integrityOf(session)] : []),
    ],
    sizes: isWhole ? await sizesOf(session) : [],
    figures: [],
    leftOut: isWhole ? [] : [left('integrity'), left('sizes of tables and indexes')],
  };
}

export interface FileState {
  readonly version: string;
  readonly journalMode: string;
  readonly file: string;
  readonly pageSize: number;
  readonly pages: number;
  readonly freePages: number;
  readonly walBytes: number;
  readonly diskFreeBytes: number;
}

async function readState({ q }: Session): Promise<FileState> {
  const one = async (text: string) => {
    const { rows } = await sql.raw<Record<string, unknown>>(text).execute(q);
    return rows[0] ?? {};
  };
  const value = async (text: string) => Object.values(await one(text))[0];
  const file = String(
    (await one("select file from pragma_database_list where name = 'main'"))['file'],
  );
  const disk = await statfs(path.dirname(file));
  return {
    file,
    version: String(await value('select sqlite_version()')),
    journalMode: String(await value('pragma journal_mode')),
    pageSize: Number(await value('pragma page_size')),
    pages: Number(await value('pragma page_count')),
    freePages: Number(await value('pragma freelist_count')),
    walBytes: sizeOf(`${file}-wal`),
    diskFreeBytes: disk.bavail * disk.bsize,
  };
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

const factsOf = (state: FileState): Fact[] => [
  ['SQLite', state.version],
  ['File', state.file],
  ['Size', bytesInWords(state.pages * state.pageSize)],
  ['Write-ahead log', bytesInWords(state.walBytes)],
  ['Free pages', bytesInWords(state.freePages * state.pageSize)],
  ['Free on the disk', bytesInWords(state.diskFreeBytes)],
];

export const journalOf = ({ journalMode }: FileState): Finding =>
  journalMode === 'wal'
    ? ok('journal_mode', 'Readers and the writer do not wait for each other (WAL).')
    : finding(
        'journal_mode',
        'warning',
        `The journal mode is ${journalMode}: readers and the writer wait for each other.`,
        'Stop every process, then start one: it turns WAL on, unless the file stands on a network drive, which has none.',
      );

/** A checkpoint brings it back to the start after 4 MB, unless a reader never ends. */
const longWalBytes = 256 * 1_024 ** 2;

export const walOf = ({ walBytes }: FileState): Finding =>
  walBytes < longWalBytes
    ? ok('wal_size', `The write-ahead log has ${bytesInWords(walBytes)}.`)
    : finding(
        'wal_size',
        'warning',
        `The write-ahead log has grown to ${bytesInWords(walBytes)}: a reader does not come to its end.`,
        'Find the program that keeps the file open (a shell, a backup), and end it; a restart of all processes empties the log.',
      );

const muchFreeBytes = 100 * 1_024 ** 2;

export function freePagesOf({ pages, freePages, pageSize }: FileState): Finding {
  const free = bytesInWords(freePages * pageSize);
  if (freePages * pageSize < muchFreeBytes || freePages < pages / 4)
    return ok('free_pages', `${free} of the file are free and are used again.`);
  return finding(
    'free_pages',
    'notice',
    `${free} of the file are free; they are used again, but not given back to the disk.`,
    'With every process stopped, and as much room again on the disk: sqlite3 FILE "VACUUM".',
  );
}

const littleDiskBytes = 1_024 ** 3;

export function diskOf({ diskFreeBytes, pages, pageSize }: FileState): Finding {
  const free = `${bytesInWords(diskFreeBytes)} are free on the disk`;
  if (diskFreeBytes >= Math.max(littleDiskBytes, (pages * pageSize) / 10))
    return ok('disk_space', `${free}.`);
  return finding(
    'disk_space',
    'warning',
    `Only ${free}: when it is full every change fails with db_full.`,
    'Make room, or shorten the retention.',
  );
}

export interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly table: string;
  readonly sql: string | null;
}

const objectsQuery = `select type, name, tbl_name as "table", sql from sqlite_schema
  where tbl_name not in ('schema_migrations', 'sqlite_sequence', 'sqlite_stat1', 'sqlite_stat4') and name not like 'sqlite%'`;

async function objectsOf({ q }: Session): Promise<SchemaObject[]> {
  return (await sql.raw<SchemaObject>(objectsQuery).execute(q)).rows;
}

let expectation: readonly SchemaObject[] | null = null;

/** Of this version's migrations; they do not change while the process runs. */
function expectedObjects(): readonly SchemaObject[] {
  if (expectation) return expectation;
  const handle = makeInMemory(readMigrationFiles(migrationsDir('sqlite')));
  try {
    expectation = handle.prepare<[], SchemaObject>(objectsQuery).all();
    return expectation;
  } finally {
    handle.close();
  }
}

const rerun =
  'Run “pnpm db:init”; if it says that nothing is pending, make it again from docs/schema-sqlite.sql.';

export function judgeObjects(
  expected: readonly SchemaObject[],
  found: readonly SchemaObject[],
): Finding[] {
  const there = new Map(found.map((one) => [one.name.toLowerCase(), one]));
  const known = new Set(expected.map(({ name }) => name.toLowerCase()));
  const findings: Finding[] = [];
  for (const { type, name, table, sql: text } of expected) {
    const one = there.get(name.toLowerCase());
    if (one) {
      if (type === 'trigger' && essence(one.sql) !== essence(text))
        findings.push(
          finding(
            'module_changed',
            'notice',
            `The trigger ${name} is not the one of this version: somebody has changed it.`,
            rerun,
          ),
        );
      continue;
    }
    // What stood on a table is missing with it.
    if (table !== name && !there.has(table.toLowerCase())) continue;
    const message = `The ${type} ${name}${type === 'table' || type === 'view' ? '' : ` of ${table}`} is missing.`;
    if (type === 'index') {
      const isUnique = /^CREATE UNIQUE/i.test(text ?? '');
      findings.push(finding('index_missing', isUnique ? 'fault' : 'warning', message, rerun));
    } else {
      findings.push(
        finding(type === 'trigger' ? 'trigger_missing' : 'table_missing', 'fault', message, rerun),
      );
    }
  }
  for (const { type, name, table } of found) {
    if (type !== 'index' || known.has(name.toLowerCase())) continue;
    const message = `The index ${name} of ${table} is not of this product; every change of a row writes it too.`;
    findings.push(
      finding(
        'index_foreign',
        'notice',
        message,
        'Keep it when somebody’s queries need it, else drop it.',
      ),
    );
  }
  return findings.length > 0
    ? findings
    : [
        ok(
          'schema',
          `${expected.length} tables, indexes and triggers are as the migrations make them.`,
        ),
      ];
}

const essence = (text: string | null): string => (text ?? '').replaceAll(/\s+/g, ' ').trim();

async function integrityOf({ q }: Session): Promise<Finding> {
  const { rows } = await runWithDeadline(thoroughMs, () =>
    sql.raw<Record<string, unknown>>(`pragma quick_check(${mostFaults})`).execute(q),
  );
  const said = rows.map((row) => String(Object.values(row)[0]));
  return said.length === 1 && said[0] === 'ok'
    ? ok('integrity', 'The file is whole (quick_check).')
    : finding(
        'integrity',
        'fault',
        `The file is damaged: ${said.slice(0, 3).join('; ')}`,
        'Stop every process, and bring back the last snapshot (docs/upgrade-and-backup.md).',
      );
}

async function sizesOf({ q }: Session): Promise<ObjectSize[]> {
  const { rows } = await runWithDeadline(thoroughMs, () =>
    sql
      .raw<{ name: string; table: string; isTable: number; bytes: number }>(
        `select s.name, coalesce(m.tbl_name, s.name) as "table", m.type is null or m.type = 'table' as isTable, s.pgsize as bytes
         from dbstat as s left join sqlite_schema as m on m.name = s.name where s.aggregate = 1`,
      )
      .execute(q),
  );
  const total = (table: string) =>
    rows.reduce((sum, one) => sum + (one.table === table ? one.bytes : 0), 0);
  return rows
    .toSorted(
      (a, b) =>
        total(b.table) - total(a.table) ||
        a.table.localeCompare(b.table) ||
        b.isTable - a.isTable ||
        b.bytes - a.bytes,
    )
    .map(({ name, table, isTable, bytes }) => ({
      table,
      index: isTable === 1 ? null : name,
      rows: null,
      bytes,
      usage: null,
    }));
}
