/** A schema of its own in the configured SQL Server database, for one test database. */
import { randomBytes } from 'node:crypto';
import type { SqlServerSettings } from '#db/settings/model.ts';
import { resolveDatabaseSettings } from '#db/settings/settings.ts';
import { connect } from '#db/sqlserver/connection.ts';

/** The settings of the environment when they name a SQL Server to test on, else null. */
export function configuredSqlServer(): SqlServerSettings | null {
  const configured = Object.entries(process.env).some(
    ([name, value]) => name.startsWith('INGEST_SQLSERVER_') && value !== '',
  );
  if (!configured) return null;
  const settings = resolveDatabaseSettings({ ...process.env, DB_BACKEND: 'sqlserver' });
  return settings.engine === 'sqlserver' ? settings : null;
}

/** Whether it is SQL Server or Azure SQL, and no server that is compatible in what it answers. */
export async function isSqlServer(settings: SqlServerSettings): Promise<boolean> {
  const connection = await connect(settings);
  try {
    const [row] = await connection.executeBatch('SELECT @@VERSION AS [version]');
    return String(row?.['version']).startsWith('Microsoft SQL');
  } finally {
    await connection.close();
  }
}

export function withOwnSchema(settings: SqlServerSettings): SqlServerSettings {
  return { ...settings, schema: `test_${randomBytes(6).toString('hex')}` };
}

/** Drops everything in a schema made by `withOwnSchema`; refuses any other. */
export async function dropTestSchema(settings: SqlServerSettings): Promise<void> {
  const { schema } = settings;
  if (!/^test_[0-9a-f]{12}$/.test(schema)) throw new Error(`${schema} is no test schema.`);
  const connection = await connect(settings);
  try {
    // What depends on others first.
    for (const kind of ['procedure', 'view', 'table']) {
      const made = await connection.executeBatch(
        `SELECT [name] FROM sys.${kind}s WHERE [schema_id] = SCHEMA_ID(N'${schema}')`,
      );
      for (const { name } of made) {
        await connection.executeBatch(`DROP ${kind} [${schema}].[${String(name)}]`);
      }
    }
    await connection.executeBatch(
      `IF SCHEMA_ID(N'${schema}') IS NOT NULL EXEC(N'DROP SCHEMA [${schema}]')`,
    );
  } finally {
    await connection.close();
  }
}
