import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contractEngines } from '#test/db/contract-engines.ts';
import { holocronItems, makeHolocronDatabase } from '#test/db/holocron-database.ts';
import { workItemRow } from '#test/db/work-items.ts';
import type { Db } from '../engine.ts';
import { openDatabase } from '../open.ts';
import type { LeasedCompletion } from '../queue/storage.ts';
import type { WorkItemRow } from '../schema.ts';
import type { DatabaseSettings } from '../settings/model.ts';
import { migrationsDir, readMigrationFiles } from './files.ts';
import { migrate } from './migrate.ts';
import { pendingMigrations } from './pending-migrations.ts';

const namesOf = (engine: 'sqlite' | 'sqlserver') =>
  readMigrationFiles(migrationsDir(engine)).map(({ name }) => name);
const names = namesOf('sqlserver');

const applied = (name: string) => ({
  version: name.slice(0, 4),
  name,
  checksum: 'unknown',
  applied_at: '2026-01-01T00:00:00.000Z',
  duration_ms: 1,
});

/** As an item is left that was fetched for the first time. */
const completionOf = (row: WorkItemRow): LeasedCompletion => ({
  work_item_id: row.work_item_id,
  lease_id: row.lease_id ?? '',
  last_http_status: 200,
  etag: null,
  last_modified: null,
  revision: null,
  next_fetch_ms: null,
  refresh_class: null,
  is_first: 1,
  check_count: 1,
  content_hash: null,
  fresh: 0,
  change_count: 0,
  seen: {
    resource_key: row.dedupe_key,
    source_system: row.source_system,
    source_name: row.source_name,
    resource_type: row.resource_type,
    resource_id: row.resource_id,
    last_run_id: null,
  },
  attempt: null,
  record: null,
  run_id: row.run_id,
  unchanged: 0,
  requests: 1,
});

it('both engines have the same migrations, the three of the specification first', () => {
  expect(namesOf('sqlite')).toEqual(names);
  expect(names.slice(0, 3)).toEqual([
    '0001_create_schema',
    '0002_create_tables',
    '0003_indexes_constraints',
  ]);
});

describe.each(contractEngines())('migrations on $name', (contract) => {
  let settings: DatabaseSettings;
  let remove: () => Promise<void>;
  let dir: string;
  const open: Db[] = [];

  const opened = async () => {
    const db = await openDatabase(settings);
    open.push(db);
    return db;
  };

  beforeEach(async () => {
    ({ settings, remove } = await contract.freshSettings());
    dir = await mkdtemp(path.join(tmpdir(), 'migrations-'));
  });
  afterEach(async () => {
    for (const db of open.splice(0)) await db.close();
    await remove();
    await rm(dir, { recursive: true, force: true });
  });

  it('apply in order to an empty database, and a second run finds nothing to do', async () => {
    const lines: string[] = [];
    const report = await migrate(settings, { log: (line) => lines.push(line) });
    expect(report).toMatchObject({ dryRun: false, applied: names, alreadyApplied: [] });
    expect(lines.filter((line) => /^✓ \d{4}/.test(line))).toHaveLength(names.length);
    expect(await migrate(settings)).toMatchObject({
      created: false,
      applied: [],
      alreadyApplied: names,
    });
    expect(await pendingMigrations(await opened())).toEqual([]);
  });

  it('a dry run tells what it would do and changes nothing', async () => {
    const report = await migrate(settings, { dryRun: true });
    expect(report).toMatchObject({ dryRun: true, applied: names });
    if (settings.engine === 'sqlite') expect(existsSync(settings.path)).toBe(false);
    else expect(await pendingMigrations(await opened())).toEqual(names);
    await migrate(settings);
    expect(await migrate(settings, { dryRun: true })).toMatchObject({
      applied: [],
      alreadyApplied: names,
    });
  });

  it('a database without tables has all of them pending', async () => {
    expect(await pendingMigrations(await opened())).toEqual(names);
  });

  it('two starters at once apply each file once', async () => {
    const reports = await Promise.all([migrate(settings), migrate(settings), migrate(settings)]);
    expect(reports.flatMap((report) => report.applied).toSorted()).toEqual(names);
    const db = await opened();
    expect(await db.q.selectFrom('schema_migrations').select('version').execute()).toHaveLength(
      names.length,
    );
  });

  it('refuse a database of a build before the first release, and say how to carry its records over', async () => {
    await migrate(settings);
    const db = await opened();
    await db.q
      .updateTable('schema_migrations')
      .set({ name: '0004_add_queue_columns', checksum: 'of then' })
      .where('version', '=', '0004')
      .execute();
    await db.q.insertInto('schema_migrations').values(applied('0030_runs_at_work')).execute();
    const refused = {
      code: 'db_prerelease',
      message: expect.stringContaining('0004_add_queue_columns'),
      remedy: expect.stringContaining('pnpm snapshot export'),
    };
    await expect(migrate(settings)).rejects.toMatchObject(refused);
    await expect(migrate(settings, { dryRun: true })).rejects.toMatchObject(refused);
    await expect(pendingMigrations(db)).rejects.toMatchObject(refused);
  });

  it('refuse a database that a later version has migrated', async () => {
    await migrate(settings);
    const db = await opened();
    await db.q.insertInto('schema_migrations').values(applied('0099_of_tomorrow')).execute();
    const refused = { code: 'db_newer', message: expect.stringContaining('0099_of_tomorrow') };
    await expect(migrate(settings)).rejects.toMatchObject(refused);
    await expect(pendingMigrations(db)).rejects.toMatchObject(refused);
  });

  it('open an existing Holocron database with its rows', async () => {
    await makeHolocronDatabase(settings);
    expect((await migrate(settings)).applied).toEqual(names);
    const db = await opened();
    const items = await db.q
      .selectFrom('work_items')
      .select([
        'dedupe_key',
        'status',
        'error_message',
        'created_at',
        'depth',
        'available_at',
        'lease_id',
      ])
      .orderBy('work_item_id')
      .execute();
    expect(items).toMatchObject(holocronItems);
    expect(items[0]).toMatchObject({
      created_at: '2025-03-01T10:00:00.000Z',
      depth: 0,
      available_at: '1970-01-01T00:00:00.000Z',
      lease_id: null,
    });
    expect(await db.q.selectFrom('IngestRecords').select(['payload', 'run_id']).execute()).toEqual([
      { payload: '{"a": 1}', run_id: '0f9d1c52-8b1f-4d0e-9a39-6a3c4c1f2b01' },
    ]);
    expect(
      await db.q.selectFrom('current_runs').select(['items_processed', 'kind', 'phase']).execute(),
    ).toEqual([{ items_processed: 2, kind: 'seed', phase: 'ready' }]);
    const counted = (await db.engine.readTotals(db)).map((row) => [
      row.source_name,
      row.status,
      row.item_count,
    ]);
    expect(counted).toEqual([
      ['wookieepedia', 'completed', 1],
      ['wookieepedia', 'pending', 1],
      ['works', 'failed', 1],
    ]);
    // Nothing was dropped: migrating again changes nothing either.
    expect((await migrate(settings)).applied).toEqual([]);
  });

  it('make the keys of an existing Holocron database exact', async () => {
    await makeHolocronDatabase(settings);
    await migrate(settings);
    const db = await opened();
    const row = (n: number, id: string) =>
      workItemRow(n, {
        source_system: 'mediawiki',
        source_name: 'wookieepedia',
        resource_id: id,
        dedupe_key: `mediawiki:wookieepedia:page:${id}`,
      });
    const long = 'x'.repeat(850 - 'mediawiki:wookieepedia:page:'.length);
    const inserted = await db.engine.insertWorkItemsIfAbsent(db, [
      row(1, 'star_wars'),
      row(2, 'Star_Wars'),
      { ...row(3, 'long'), dedupe_key: `mediawiki:wookieepedia:page:${long}` },
    ]);
    expect(inserted).toEqual(new Set(['item-000001', 'item-000003']));
    const again = db.q
      .insertInto('work_items')
      .values({ ...row(4, 'star_wars'), created_at: db.engine.now(), updated_at: db.engine.now() })
      .execute();
    await expect(again).rejects.toMatchObject({ code: 'db_unique_violation' });
  });

  it('a resource is seen in an existing Holocron database, whatever its keys compare like', async () => {
    await makeHolocronDatabase(settings);
    await migrate(settings);
    const db = await opened();
    const keyOf = (id: string) => `mediawiki:wookieepedia:page:${id}`;
    const source = { source_system: 'mediawiki', source_name: 'wookieepedia' };
    await db.engine.insertWorkItemsIfAbsent(
      db,
      ['star_wars', 'Yoda', 'yoda'].map((id, n) =>
        workItemRow(n, { ...source, resource_id: id, dedupe_key: keyOf(id) }),
      ),
    );
    const claimed = await db.engine.claim(db, {
      claimId: '0190a000-0000-7000-8000-000000000000',
      owner: 'worker',
      leaseMs: 60_000,
      limit: 10,
    });
    const completed = await db.engine.completeItems(
      db,
      claimed.map((row) => completionOf(row)),
    );
    expect(completed.size).toBe(claimed.length);
    const rows = await db.q
      .selectFrom('seen_resources')
      .select(['resource_key', 'seen_count'])
      .execute();
    expect(rows.some((row) => row.resource_key.endsWith('Star_Wars'))).toBe(true);
    expect(rows.some((row) => row.resource_key.endsWith('Yoda'))).toBe(true);
  });

  describe('from another directory', () => {
    const files = () => (settings.engine === 'sqlite' ? path.join(dir, 'sqlite') : dir);
    const script = (name: string, text: string) =>
      writeFile(path.join(files(), `${name}.sql`), text);
    const table = () => (settings.engine === 'sqlite' ? 'extra' : '[$(schema)].[extra]');

    beforeEach(async () => {
      await mkdir(files(), { recursive: true });
      await cp(migrationsDir(settings.engine), files(), {
        recursive: true,
        filter: (file) => settings.engine === 'sqlite' || !file.endsWith('sqlite'),
      });
    });

    it('a file altered after it was applied is refused by name', async () => {
      await migrate(settings, { dir });
      const name = '0003_indexes_constraints';
      await script(name, `${await readFile(path.join(files(), `${name}.sql`), 'utf8')}\n-- more`);
      const error = await migrate(settings, { dir }).catch((e: unknown) => e);
      expect(error).toMatchObject({
        code: 'db_migration_changed',
        message: expect.stringContaining(name),
      });
    });

    it('Windows line ends do not count as a change', async () => {
      await migrate(settings, { dir });
      const name = '0002_create_tables';
      const text = await readFile(path.join(files(), `${name}.sql`), 'utf8');
      await script(name, text.replaceAll('\n', '\r\n'));
      expect((await migrate(settings, { dir })).applied).toEqual([]);
    });

    it('a batch that fails is named with its line, is not recorded, and can be repaired', async () => {
      await migrate(settings, { dir });
      await script(
        '9001_extra',
        `-- more\nCREATE TABLE ${table()} (a INT)\nGO\n\nSELECT * FROM no_such_table`,
      );
      const error = await migrate(settings, { dir }).catch((e: unknown) => e);
      expect(error).toMatchObject({
        code: 'db_migration_failed',
        message: expect.stringMatching(
          /9001_extra failed at line 5\..*The database said: .*no_such_table/s,
        ),
      });
      const db = await opened();
      const recorded = await db.q
        .selectFrom('schema_migrations')
        .select('version')
        .where('version', '=', '9001')
        .execute();
      expect(recorded).toEqual([]);
      const guarded =
        settings.engine === 'sqlite'
          ? `CREATE TABLE IF NOT EXISTS ${table()} (a INT)`
          : `IF OBJECT_ID(N'${table()}') IS NULL CREATE TABLE ${table()} (a INT)`;
      await script('9001_extra', `${guarded}\nGO\nINSERT INTO ${table()} VALUES (1)\nGO 3`);
      expect((await migrate(settings, { dir })).applied).toEqual(['9001_extra']);
      const { rows } = await sql<{
        n: number;
      }>`select count(*) as n from ${settings.engine === 'sqlite' ? sql.id('extra') : sql.id(settings.schema, 'extra')}`.execute(
        db.q,
      );
      expect(Number(rows[0]?.n)).toBe(3);
    });

    it('two files with one number, and a directory without files, are refused', async () => {
      await script('0003_again', 'SELECT 1');
      await expect(migrate(settings, { dir })).rejects.toMatchObject({
        code: 'db_migration_failed',
        message: expect.stringContaining('0003'),
      });
      await expect(migrate(settings, { dir: path.join(dir, 'none') })).rejects.toMatchObject({
        code: 'db_migration_failed',
      });
    });
  });
});
