import { describe, expect, it } from 'vitest';
import type { Finding } from '../../inspection.ts';
import { migrationsDir, readMigrationFiles } from '../../migrate/files.ts';
import { readFinalSchema } from '../../migrate/final-schema.ts';
import { blockingFrom, deadlocksFrom, transactionsFrom } from './activity.ts';
import type { Row } from './check.ts';
import { expectedTable } from './expected.ts';
import { judgeColumns, judgeIndexes, judgeModules } from './schema.ts';
import { serverCheck } from './server.ts';
import {
  ghostsFrom,
  plansFrom,
  promotionsFrom,
  queryStoreFrom,
  sizesFrom,
  unusedFrom,
  versionsFrom,
} from './storage.ts';

const said = (findings: readonly Finding[] = []) =>
  findings.map(({ code, severity }) => `${severity} ${code}`);
const faults = (findings: readonly Finding[] = []) =>
  said(findings.filter(({ severity }) => severity !== 'ok'));

/** SQL Server 2022 as it is installed, with a database as db:init makes it. */
const server: Row = {
  version: 'Microsoft SQL Server 2022 (RTM) - 16.0.1000.6 (X64)\nOct  8 2022',
  product_version: '16.0.1000.6',
  edition: 'Standard Edition (64-bit)',
  engine_edition: 2,
  compatibility_level: 160,
  is_read_committed_snapshot_on: true,
  is_accelerated_database_recovery_on: false,
  optimized_locking: null,
  is_auto_close_on: false,
  is_auto_shrink_on: false,
  is_parameterization_forced: false,
  is_auto_update_stats_on: true,
  is_auto_create_stats_on: true,
  log_reuse_wait_desc: 'NOTHING',
  quoted_identifier: 1,
  ansi_nulls: 1,
  ansi_padding: 1,
  ansi_warnings: 1,
  arithabort: 1,
  concat_null: 1,
  numeric_roundabort: 0,
};
const judged = (over: Row) => faults(serverCheck.judge([{ ...server, ...over }]).findings);

describe('the server and its database', () => {
  it('as db:init leaves them are well', () => {
    expect(judged({})).toEqual([]);
  });

  it.each<[string, Row, string]>([
    ['2017', { product_version: '14.0.1' }, 'fault server_version'],
    ['Express', { engine_edition: 4 }, 'notice server_version'],
    ['no OPENJSON', { compatibility_level: 120 }, 'fault compatibility_level'],
    ['an older level', { compatibility_level: 150 }, 'notice compatibility_level'],
    ['no row versions', { is_read_committed_snapshot_on: false }, 'fault row_versions'],
    ['2025 without optimized locking', { optimized_locking: 0 }, 'notice optimized_locking'],
    ['AUTO_CLOSE', { is_auto_close_on: true }, 'warning database_options'],
    ['forced parameterization', { is_parameterization_forced: true }, 'warning database_options'],
    ['no statistics', { is_auto_update_stats_on: false }, 'warning database_options'],
    ['a log that is not backed up', { log_reuse_wait_desc: 'LOG_BACKUP' }, 'warning log_reuse'],
    ['a logon trigger', { quoted_identifier: 0 }, 'fault session_options'],
  ])('are told: %s', (_, over, expected) => {
    expect(judged(over)).toEqual([expected]);
  });

  it('are Azure’s own in Azure', () => {
    expect(judged({ engine_edition: 5, product_version: '12.0.2000.8' })).toEqual([]);
  });
});

const final = readFinalSchema(readMigrationFiles(migrationsDir('sqlserver')));
const tables = final.tables.map(expectedTable);
const itemsTable = tables.find(({ name }) => name === 'work_items');

/** The catalogue of a database that is as the migrations make it. */
const columnRows = (): Row[] =>
  tables.flatMap(({ name, columns }) =>
    [...columns].map(([column, type]) => {
      const [, base = '', size = ''] = /^(\w+)(?:\((.+)\))?$/.exec(type) ?? [];
      const [precision, scale] = size.split(',').map(Number);
      const width = base.startsWith('N') ? 2 : 1;
      return {
        table: name,
        column,
        type: base.toLowerCase(),
        max_length: size === 'MAX' ? -1 : Number(size) * width,
        precision,
        scale: base === 'DATETIME2' ? Number(size || 7) : scale,
      };
    }),
  );
const indexRows = (): Row[] =>
  tables.flatMap(({ name, indexes }) =>
    indexes.flatMap((index) => {
      const [isUnique, keys, included]: [boolean, string[], string[]] = JSON.parse(index.shape);
      const part = { table: name, index: index.name, is_unique: isUnique, is_disabled: false };
      return [
        ...keys.map((column) => ({ ...part, column, is_included_column: false })),
        ...included.map((column) => ({ ...part, column, is_included_column: true })),
      ];
    }),
  );
const moduleRows = (): Row[] => {
  const texts = [...final.modules, ...final.tables.flatMap(({ rest }) => [...rest.values()])];
  return texts.flatMap((text) => {
    const name = /CREATE (?:TRIGGER|PROCEDURE|VIEW) \S+\.\[(\w+)\]/.exec(text)?.[1];
    if (name === undefined) return [];
    const definition = text.replaceAll('$(schema)', 'other');
    return [{ name, uses_quoted_identifier: true, uses_ansi_nulls: true, definition }];
  });
};

describe('the schema', () => {
  it('of the migrations is as expected, and all of it is compared', () => {
    expect(itemsTable?.columns.size).toBeGreaterThan(30);
    expect(itemsTable?.columns.get('dedupe_key')).toBe('NVARCHAR(850)');
    expect(itemsTable?.indexes.length).toBeGreaterThan(5);
    expect(itemsTable?.triggers).toContain('TR_work_items_ready');
    expect(said(judgeColumns(tables, columnRows()))).toEqual(['ok schema']);
    expect(said(judgeIndexes(tables, indexRows()))).toEqual(['ok schema']);
    expect(said(judgeModules(tables, final, moduleRows(), { schema: 'other' }))).toEqual([
      'ok schema',
    ]);
  });

  it('lacks a table or a column', () => {
    const rows = columnRows().filter(
      ({ table, column }) => table !== 'hosts' && column !== 'dedupe_key',
    );
    expect(faults(judgeColumns(tables, rows)).sort()).toEqual([
      'fault column_missing',
      'fault table_missing',
    ]);
  });

  it('has VARCHAR columns, told together', () => {
    const rows = columnRows().map((row) =>
      row['table'] === 'work_items' && row['type'] === 'nvarchar'
        ? { ...row, type: 'varchar' }
        : row,
    );
    const [first, ...others] = judgeColumns(tables, rows);
    expect(others).toEqual([]);
    expect(first).toMatchObject({ code: 'varchar_column', severity: 'warning' });
    expect(first?.message).toContain('work_items.dedupe_key is VARCHAR(1700), not NVARCHAR(850)');
  });

  it('lacks an index, has one disabled, and one of somebody else’s', () => {
    const rows = indexRows()
      .filter(({ index }) => index !== 'IX_work_items_status' && index !== 'UX_ready_items_item')
      .map((row) =>
        row['index'] === 'IX_ready_items_order' ? { ...row, is_disabled: true } : row,
      );
    const foreign = {
      table: 'work_items',
      index: 'mine',
      column: 'metadata',
      is_included_column: false,
    };
    expect(faults(judgeIndexes(tables, [...rows, foreign])).sort()).toEqual([
      'fault index_disabled',
      'fault index_missing',
      'notice index_foreign',
      'warning index_missing',
    ]);
  });

  it('has every index that a migration makes, and may keep the order of an older table', () => {
    const made = readMigrationFiles(migrationsDir('sqlserver')).flatMap(({ script }) =>
      [...script.matchAll(/^\s*CREATE [A-Z ]*INDEX \[(\w+)\]/gm)].map(([, name]) => name),
    );
    const known = tables.flatMap(({ indexes }) => indexes.map(({ name }) => name));
    expect(made).toContain('IX_IngestRecords_Fetched_Id');
    expect(known).toEqual(expect.arrayContaining(made));
    const older = indexRows().filter(({ index }) => index !== 'IX_IngestRecords_Fetched_Id');
    expect(said(judgeIndexes(tables, older))).toEqual(['ok schema']);
  });

  it('may call an index otherwise', () => {
    const rows = indexRows().map((row) => ({ ...row, index: `x${String(row['index'])}` }));
    expect(said(judgeIndexes(tables, rows))).toEqual(['ok schema']);
  });

  it('has triggers missing, disabled, made with other options, or changed', () => {
    const change = (name: string, over: Row) =>
      moduleRows().map((row) => (row['name'] === name ? { ...row, ...over } : row));
    const judge = (rows: readonly Row[]) =>
      faults(judgeModules(tables, final, rows, { schema: 'other' }));
    const name = 'TR_work_items_ready';
    expect(judge(moduleRows().filter((row) => row['name'] !== name))).toEqual([
      'fault trigger_missing',
    ]);
    expect(judge(moduleRows().filter((row) => row['name'] !== 'claim_items'))).toEqual([
      'fault module_missing',
    ]);
    expect(judge(change(name, { is_disabled: true }))).toEqual(['fault trigger_disabled']);
    expect(judge(change(name, { uses_quoted_identifier: false }))).toEqual([
      'fault module_settings',
    ]);
    const definition = `CREATE TRIGGER [s].[${name}] ON [s].[work_items] AFTER INSERT AS RETURN`;
    expect(judge(change(name, { definition }))).toEqual(['notice module_changed']);
  });
});

describe('what goes on', () => {
  it('names the head of a chain of waits, and what to do about it', () => {
    const waits = (session_id: number, blocking_session_id: number) => ({
      session_id,
      blocking_session_id,
      program_name: 'SSMS',
      login_name: 'corp\\ada',
      status: 'sleeping',
      seconds: 90,
    });
    const findings = blockingFrom([waits(61, 60), waits(62, 61), waits(63, 60)]);
    expect(said(findings)).toEqual(['warning blocking']);
    expect(findings[0]).toMatchObject({
      message: 'Session 60 (SSMS, corp\\ada) holds up 3 others, the first for 90 s.',
      remedy: expect.stringContaining('KILL 60'),
    });
    expect(said(blockingFrom([]))).toEqual(['ok blocking']);
  });

  it.each<[string, readonly Finding[], string]>([
    [
      'a transaction left open',
      transactionsFrom([{ session_id: 5, seconds: 301 }]),
      'warning open_transactions',
    ],
    ['a short one', transactionsFrom([{ session_id: 5, seconds: 10 }]), 'ok open_transactions'],
    [
      'deadlocks here',
      [deadlocksFrom({ all: 9, ours: 2, last: '2026-11-30T01:00:00' })],
      'warning deadlocks',
    ],
    ['deadlocks elsewhere', [deadlocksFrom({ all: 9, ours: null })], 'ok deadlocks'],
    [
      'a table locked whole',
      promotionsFrom([{ table: 'work_items', promotions: '3' }]),
      'warning lock_promotions',
    ],
    ['a dead head', [ghostsFrom({ records: 50, ghosts: 20_000 })], 'warning queue_ghosts'],
    [
      'a large queue with some',
      [ghostsFrom({ records: 90_000, ghosts: 20_000 })],
      'ok queue_ghosts',
    ],
    [
      'plans used once',
      [plansFrom({ plans: 900, single: 800, bytes: '9000000' })],
      'warning single_use_plans',
    ],
    ['few plans', [plansFrom({ plans: 60, single: 50, bytes: 1 })], 'ok single_use_plans'],
    ['an old reader', [versionsFrom({ oldest: 700, tempdb_kb: 10 })], 'warning version_store'],
    [
      'no reader',
      [versionsFrom({ oldest: null, tempdb_kb: null, own_kb: null })],
      'ok version_store',
    ],
    [
      'a full Query Store',
      [queryStoreFrom({ actual: 'READ_ONLY', desired: 'READ_WRITE', used_mb: 100, max_mb: 100 })],
      'warning query_store',
    ],
    ['no Query Store', [queryStoreFrom({ actual: 'OFF', desired: 'OFF' })], 'notice query_store'],
    [
      'an index nobody reads',
      unusedFrom({ table: 't', index: 'i', user_updates: 20_000, days: 40 }),
      'notice index_unused',
    ],
  ])('%s', (_, findings, expected) => {
    expect(said(findings)).toEqual([expected]);
  });

  it('an index that is read, unique, or young is not unused', () => {
    const row = { user_updates: 20_000, days: 40 };
    for (const over of [{ user_seeks: 1 }, { is_unique: true }, { days: 3 }, { user_updates: 9 }])
      expect(unusedFrom({ ...row, ...over })).toEqual([]);
  });

  it('sizes are in the order of whole tables, each before its indexes', () => {
    const size = (table: string, index_id: number, bytes: number) => ({
      table,
      index: `i${index_id}`,
      index_id,
      rows: '7',
      bytes: String(bytes),
    });
    const sizes = sizesFrom([
      size('a', 2, 10),
      size('b', 1, 50),
      size('a', 1, 30),
      size('a', 3, 20),
    ]);
    expect(sizes.map(({ table, index }) => [table, index])).toEqual([
      ['a', null],
      ['a', 'i3'],
      ['a', 'i2'],
      ['b', null],
    ]);
    expect(sizes[0]).toMatchObject({ rows: 7, bytes: 30 });
  });
});
