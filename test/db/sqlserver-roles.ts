/** The least-privilege roles of SQL Server, applied to a test schema, and logins in them. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { splitBatches } from '#db/migrate/split-batches.ts';
import type { SqlServerSettings } from '#db/settings/model.ts';
import { connect } from '#db/sqlserver/connection.ts';

export const roles = ['migrator', 'worker', 'console', 'reader'] as const;
export type Role = (typeof roles)[number];

/**
 * As sqlcmd would: batch by batch, with the variable replaced. False when the server speaks the
 * protocol but has no DDL grants, which only the migrator needs; all others must be accepted.
 */
export async function applyRoles(settings: SqlServerSettings): Promise<boolean> {
  let grantsDdl = true;
  for (const role of roles) {
    const script = readFileSync(
      new URL(`../../db/sqlserver/roles/${role}.sql`, import.meta.url),
      'utf8',
    );
    for (const batch of splitBatches(script)) {
      try {
        await run(settings, [batch.sql.replaceAll('$(schema)', settings.schema)]);
      } catch (error) {
        if (role !== 'migrator' || !/not currently supported/.test(causeOf(error))) throw error;
        grantsDdl = false;
      }
    }
  }
  return grantsDdl;
}

function causeOf(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
}

/** Makes a login in the role; returns the settings with it. */
export async function signInAs(
  settings: SqlServerSettings,
  role: Role,
): Promise<SqlServerSettings> {
  const { schema } = settings;
  const { user, password } = signInOf(schema, role);
  await run(settings, [
    `CREATE LOGIN [${user}] WITH PASSWORD = N'${password}'`,
    `CREATE USER [${user}] FOR LOGIN [${user}] WITH DEFAULT_SCHEMA = [${schema}]`,
    `ALTER ROLE [${schema}_${role}] ADD MEMBER [${user}]`,
  ]);
  return { ...settings, user, password };
}

const secret = `Aa1!${randomBytes(12).toString('hex')}`;

export const signInOf = (schema: string, role: Role) => ({
  user: `${schema}_${role}_1`,
  password: secret,
});

/** Drops the roles and the logins made in `signedIn`; the schema's tables must be gone already. */
export async function removeRoles(
  settings: SqlServerSettings,
  signedIn: readonly Role[],
): Promise<void> {
  const { schema } = settings;
  for (const role of signedIn) {
    const { user } = signInOf(schema, role);
    await run(settings, [`DROP USER [${user}]`, `DROP LOGIN [${user}]`]);
  }
  for (const role of roles) await run(settings, [`DROP ROLE [${schema}_${role}]`]);
}

async function run(settings: SqlServerSettings, batches: readonly string[]): Promise<void> {
  const connection = await connect(settings);
  try {
    for (const batch of batches) await connection.executeBatch(batch);
  } finally {
    await connection.close();
  }
}
