import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeHolocronDatabase } from '#test/db/holocron-database.ts';
import { configuredSqlServer, dropTestSchema, withOwnSchema } from '#test/db/sqlserver-schema.ts';
import { workItemRow } from '#test/db/work-items.ts';
import { openDatabase } from '../open.ts';
import type { SqlServerSettings } from '../settings/model.ts';
import { connect } from '../sqlserver/connection.ts';
import { migrationsDir, readMigrationFiles } from './files.ts';
import { migrate } from './migrate.ts';
import { splitBatches } from './split-batches.ts';

const server = configuredSqlServer();

describe.runIf(server !== null)('an existing Holocron database on SQL Server', () => {
  let settings: SqlServerSettings;

  beforeEach(() => {
    if (!server) throw new Error('The suite is left out without a server.');
    settings = withOwnSchema(server);
  });
  afterEach(() => dropTestSchema(settings));

  const uniqueIndex =
    /CREATE UNIQUE NONCLUSTERED INDEX \[IX_work_items_dedupe\] ON (\S+) \(\[dedupe_key\]\)/;
  const shops: readonly (readonly [name: string, vary: (batch: string) => string])[] = [
    [
      'has its unique key as a constraint of another name',
      (batch) =>
        batch.replace(uniqueIndex, 'ALTER TABLE $1 ADD CONSTRAINT [UQ_key] UNIQUE ([dedupe_key])'),
    ],
    [
      'keeps its texts in a collation of its own',
      (batch) =>
        batch
          .replaceAll('status NVARCHAR(20)', 'status NVARCHAR(20) COLLATE Turkish_CI_AS')
          .replaceAll('NVARCHAR(100) NOT NULL', 'NVARCHAR(100) COLLATE Turkish_CI_AS NOT NULL')
          .replace('NVARCHAR(800)', 'NVARCHAR(800) COLLATE Latin1_General_CS_AS'),
    ],
  ];

  it.each(shops)('that %s takes new items after it was migrated', async (_, vary) => {
    await makeHolocronDatabase(settings, vary);
    await migrate(settings);
    const db = await openDatabase(settings);
    try {
      const rows = [1, 2, 3].map((n) => workItemRow(n));
      const inserted = await db.engine.insertWorkItemsIfAbsent(db, rows);
      expect(inserted.size).toBe(3);
      const again = { ...workItemRow(4), dedupe_key: rows[0]?.dedupe_key ?? '' };
      await expect(
        db.q
          .insertInto('work_items')
          .values({ ...again, created_at: db.engine.now(), updated_at: db.engine.now() })
          .execute(),
      ).rejects.toMatchObject({ code: 'db_unique_violation' });
    } finally {
      await db.close();
    }
  });

  it('gets exact keys also when every step is done twice', async () => {
    await makeHolocronDatabase(settings);
    const file = readMigrationFiles(migrationsDir('sqlserver')).find(
      ({ version }) => version === '0004',
    );
    // Procedures are dropped by steps that name no key.
    const steps = splitBatches(file?.script ?? '').filter(
      ({ sql }) => sql.includes('dedupe_key') && !sql.includes('CREATE PROCEDURE'),
    );
    expect(steps.length).toBeGreaterThan(5);
    const connection = await connect(settings);
    try {
      for (const { sql } of steps) {
        for (const _ of ['first', 'again']) {
          await connection.executeBatch(sql.replaceAll('$(schema)', settings.schema));
        }
      }
      const keys = await connection.executeBatch(
        `SELECT [dedupe_key], [dedupe_key_before] FROM [${settings.schema}].[work_items]`,
      );
      expect(keys).toHaveLength(3);
      for (const row of keys) expect(row['dedupe_key']).toBe(row['dedupe_key_before']);
    } finally {
      await connection.close();
    }
  });
});

describe.runIf(server !== null)('a batch of a script', () => {
  it('says what it says while it runs', async () => {
    if (!server) throw new Error('The suite is left out without a server.');
    const connection = await connect(server);
    const said: string[] = [];
    try {
      await connection.executeBatch(
        `RAISERROR(N'%d keys made exact', 0, 1, 2000) WITH NOWAIT; PRINT N'0004'`,
        { onMessage: (text) => said.push(text) },
      );
    } finally {
      await connection.close();
    }
    expect(said).toEqual(['2000 keys made exact', '0004']);
  });
});

describe.runIf(server !== null)('a login that may do little on SQL Server', () => {
  const login = `test_login_${randomBytes(4).toString('hex')}`;
  const password = `P-${randomBytes(12).toString('hex')}`;
  const asAdministrator = async (sql: string) => {
    if (!server) throw new Error('The suite is left out without a server.');
    const connection = await connect(server);
    try {
      return await connection.executeBatch(sql);
    } finally {
      await connection.close();
    }
  };
  /** What a migration as that login ends with. */
  const refusal = async (database: string) => {
    if (!server) throw new Error('The suite is left out without a server.');
    const lines: string[] = [];
    const settings = { ...server, user: login, password, database };
    const error = await migrate(settings, {
      waitTimeoutMs: 5_000,
      log: (line) => lines.push(line),
    }).catch((e: unknown) => e);
    return { error, lines };
  };

  beforeAll(() => asAdministrator(`CREATE LOGIN [${login}] WITH PASSWORD = N'${password}'`));
  afterAll(() => asAdministrator(`DROP LOGIN [${login}]`));

  it('is told who can make the database, and that it was not made', async () => {
    const database = `test_none_${randomBytes(4).toString('hex')}`;
    const { error, lines } = await refusal(database);
    expect(error).toMatchObject({
      code: 'db_permission_denied',
      message: expect.stringMatching(/could not be made\. Msg \d+, Level/),
      remedy: expect.stringContaining(`CREATE DATABASE [${database}]`),
    });
    expect(lines).toEqual([]);
    expect(await asAdministrator(`SELECT DB_ID(N'${database}') AS [id]`)).toEqual([{ id: null }]);
  });

  it('is told that it has no user in a database that exists', async () => {
    const { error, lines } = await refusal(server?.database ?? '');
    expect(error).toMatchObject({
      code: 'db_permission_denied',
      remedy: expect.stringContaining(`CREATE USER [${login}]`),
    });
    expect(lines).toEqual([]);
  });
});
