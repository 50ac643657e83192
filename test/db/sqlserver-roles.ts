/** The least-privilege roles of SQL Server, applied to a test schema, and logins in them. */
import { randomBytes } from 'node:crypto';
import type { SqlServerSettings } from '#db/settings/model.ts';
import { connect } from '#db/sqlserver/connection.ts';
import { type Role, roleBatches, roles } from '#db/sqlserver/roles/apply-roles.ts';
import { isSqlServer } from './sqlserver-schema.ts';

/**
 * Makes all roles. False when the server speaks the protocol but has no DDL grants, which only the migrator needs; all others must be accepted.
 */
export async function applyRoles(settings: SqlServerSettings): Promise<boolean> {
  let grantsDdl = true;
  for (const role of roles) {
    for (const batch of roleBatches(role, settings.schema)) {
      try {
        await run(settings, [batch]);
      } catch (error) {
        if (role !== 'migrator' || !/not currently supported/.test(causeOf(error))) throw error;
        grantsDdl = false;
      }
    }
  }
  // SQL Server's triggers and procedures reach the tables of their owner without a grant to who calls them.
  if (!(await isSqlServer(settings))) await run(settings, withoutChains(settings.schema));
  return grantsDdl;
}

/** What `purge_portion` deletes from with its owner's right. */
const purged = [
  'events',
  'request_keys',
  'attempt_answers',
  'work_item_attempts',
  'IngestRecords',
  'record_bodies',
  'work_items',
  'seen_resources',
  'bulk_actions',
  'ingest_runs',
];

/** What the triggers and the procedures do, granted to who sets them off. */
const withoutChains = (schema: string) => [
  ...['worker', 'console'].map(
    (role) =>
      `GRANT SELECT, INSERT, UPDATE, DELETE ON [${schema}].[ready_items] TO [${schema}_${role}]`,
  ),
  `GRANT INSERT ON [${schema}].[host_total_deltas] TO [${schema}_console]`,
  ...purged.map((table) => `GRANT DELETE ON [${schema}].[${table}] TO [${schema}_worker]`),
];

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

/** As the policy for passwords wants them. */
export const newPassword = () => `Aa1!${randomBytes(12).toString('hex')}`;

const secret = newPassword();

export const signInOf = (schema: string, role: Role) => ({
  user: `${schema}_${role}_1`,
  password: secret,
});

/** Drops logins and their users, as far as they are there. */
export async function removeLogins(
  settings: SqlServerSettings,
  logins: readonly string[],
): Promise<void> {
  for (const login of logins) {
    await run(settings, [
      `IF DATABASE_PRINCIPAL_ID(N'${login}') IS NOT NULL DROP USER [${login}]`,
      `IF SUSER_ID(N'${login}') IS NOT NULL DROP LOGIN [${login}]`,
    ]);
  }
}

/** Drops the roles that are there, and the logins made in `signedIn`; the schema's tables must be gone already. */
export async function removeRoles(
  settings: SqlServerSettings,
  signedIn: readonly Role[],
): Promise<void> {
  const { schema } = settings;
  await removeLogins(
    settings,
    signedIn.map((role) => signInOf(schema, role).user),
  );
  for (const role of roles) {
    const name = `${schema}_${role}`;
    await run(settings, [`IF DATABASE_PRINCIPAL_ID(N'${name}') IS NOT NULL DROP ROLE [${name}]`]);
  }
}

async function run(settings: SqlServerSettings, batches: readonly string[]): Promise<void> {
  const connection = await connect(settings);
  try {
    for (const batch of batches) await connection.executeBatch(batch);
  } finally {
    await connection.close();
  }
}
