/** The script of `db:init --script`, run as `sqlcmd` and steps of SQL Agent run it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStateStore } from '#lib/queue/create-state-store.ts';
import { makeHolocronDatabase } from '#test/db/holocron-database.ts';
import {
  configuredSqlServer,
  dropTestSchema,
  isSqlServer,
  withOwnSchema,
} from '#test/db/sqlserver-schema.ts';
import { anAttempt, aWorkItem, noValidators } from '#test/factories.ts';
import { openDatabase } from '../open.ts';
import type { SqlServerSettings } from '../settings/model.ts';
import { connect, type TdsConnection } from '../sqlserver/connection.ts';
import { serverMessages } from '../sqlserver/server-messages.ts';
import { migrationsDir, readMigrationFiles } from './files.ts';
import { migrate } from './migrate.ts';
import { migrationScript } from './script.ts';
import { splitBatches } from './split-batches.ts';

const server = configuredSqlServer();
const files = readMigrationFiles(migrationsDir('sqlserver'));

describe.runIf(server !== null)('the script for sqlcmd', () => {
  let settings: SqlServerSettings;
  let connection: TdsConnection;
  beforeEach(async () => {
    if (!server) throw new Error('The suite is left out without a server.');
    settings = withOwnSchema(server);
    connection = await connect(settings);
  });
  afterEach(async () => {
    await connection.close();
    await dropTestSchema(settings);
  });

  /** Its own commands apart, variables replaced, a batch for each GO. */
  const batchesOf = (script: string) => {
    const text = script.replace(/^:.*$/gm, '').replaceAll('$(schema)', settings.schema);
    return splitBatches(text).map(({ sql }) => sql);
  };

  /** ODBC's sqlcmd signs in with QUOTED_IDENTIFIER off, so do steps of SQL Agent. */
  async function runAsSqlcmd(script: string): Promise<void> {
    await connection.executeBatch('SET QUOTED_IDENTIFIER OFF');
    for (const sql of batchesOf(script)) {
      await connection.executeBatch(sql).catch((error: unknown) => {
        // Babelfish lists indexes under other names, so their guards miss them.
        const taken = serverMessages(error).some(({ number }) => number === 2714);
        if (!taken || !/CLUSTERED INDEX/.test(sql)) throw error;
      });
    }
  }

  const nothingLeft = () => ({ applied: [], alreadyApplied: files.map(({ name }) => name) });

  it('makes the schema, which the product opens and works in', async () => {
    await runAsSqlcmd(migrationScript(files, settings.schema));
    expect(await migrate(settings)).toMatchObject(nothingLeft());
    const db = await openDatabase(settings);
    try {
      const store = await createStateStore({ db });
      expect(await store.enqueue(aWorkItem())).toBe(true);
      const [item] = await store.dequeue(1, { owner: 'worker' });
      if (!item) throw new Error('nothing was claimed');
      const { workItemId, leaseId } = item;
      const completion = { record: null, validators: noValidators, discovered: [] };
      expect(
        await store.complete({
          fence: { workItemId, leaseId },
          attempt: anAttempt(),
          ...completion,
        }),
      ).toMatchObject({ ok: true });
    } finally {
      await db.close();
    }
  });

  it('makes triggers and procedures that keep the options of filtered indexes', async ({
    skip,
  }) => {
    skip(!(await isSqlServer(settings)), 'this server keeps no options of a module');
    await runAsSqlcmd(migrationScript(files, settings.schema));
    const modules = await connection.executeBatch(
      `SELECT [uses_quoted_identifier] AS [quoted], [uses_ansi_nulls] AS [nulls] FROM sys.sql_modules
       WHERE OBJECT_SCHEMA_NAME([object_id]) = N'${settings.schema}'`,
    );
    expect(modules.length).toBeGreaterThan(3);
    for (const module of modules) expect(module).toEqual({ quoted: true, nulls: true });
  });

  it('migrates an existing Holocron database, twice, and nothing is left to do', async () => {
    await makeHolocronDatabase(settings);
    const script = migrationScript(files, settings.schema);
    expect(script).toContain(`\n:setvar schema ${settings.schema}\n`);
    for (const _ of ['first', 'again']) await runAsSqlcmd(script);
    await connection.executeBatch(
      `UPDATE [${settings.schema}].[schema_migrations] SET [name] = N'0004_add_queue_columns' WHERE [version] = N'0004'`,
    );
    const refusing = batchesOf(script).find((sql) => sql.includes('AS k ('));
    await expect(connection.executeBatch(refusing ?? '')).rejects.toMatchObject({
      cause: { message: expect.stringContaining('migrated by another version') },
    });
    await connection.executeBatch(
      `UPDATE [${settings.schema}].[schema_migrations] SET [name] = N'0004_work_items' WHERE [version] = N'0004'`,
    );
    expect(await migrate(settings)).toMatchObject(nothingLeft());
  });
});
