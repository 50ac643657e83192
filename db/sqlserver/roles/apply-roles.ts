/** The least-privilege roles of SQL Server, and a login each for console and workers: the scripts of this folder, as sqlcmd runs them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { splitBatches } from '../../migrate/split-batches.ts';
import type { SqlServerSettings } from '../../settings/model.ts';
import { connect } from '../connection.ts';

/** In the order in which they are made. */
export const roles = ['migrator', 'worker', 'console', 'reader'] as const;
export type Role = (typeof roles)[number];

export interface LoginPasswords {
  readonly console: string;
  readonly worker: string;
}

/** What the names of the logins begin with. */
export const defaultLoginPrefix = 'holocron';

/** A name may become part of a statement only in this form. */
export const loginPrefixPattern = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

// Beside this module; for a bundle in `dist/bin` beside that. Joined by hand, for a bundler would take it for a module.
const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), '../roles');

function batchesOf(script: string, variables: Readonly<Record<string, string>>): string[] {
  const text = readFileSync(path.join(folder, `${script}.sql`), 'utf8');
  // Split first: what a variable holds is no line of the script.
  return splitBatches(text).map(({ sql }) =>
    sql.replaceAll(/\$\((\w+)\)/g, (whole, name: string) => variables[name] ?? whole),
  );
}

export const roleBatches = (role: Role, schema: string): string[] => batchesOf(role, { schema });

/** @param prefix must match `loginPrefixPattern` */
export function loginBatches(
  schema: string,
  passwords: LoginPasswords,
  prefix = defaultLoginPrefix,
): string[] {
  const quoted = (text: string) => text.replaceAll("'", "''");
  return batchesOf('logins', {
    schema,
    login_prefix: prefix,
    console_password: quoted(passwords.console),
    worker_password: quoted(passwords.worker),
  });
}

/**
 * Makes the roles, then the logins in those of console and workers; again, it grants what a new version needs and sets
 * the passwords anew. The tables must be there. Throws DatabaseError.
 */
export async function applyRoles(
  settings: SqlServerSettings,
  options: {
    readonly roles: readonly Role[];
    readonly passwords: LoginPasswords;
    readonly loginPrefix: string;
    /** After each script. */
    readonly onApplied: (script: Role | 'logins') => void;
  },
): Promise<void> {
  const { schema } = settings;
  const connection = await connect(settings);
  try {
    for (const role of roles.filter((one) => options.roles.includes(one))) {
      for (const batch of roleBatches(role, schema)) await connection.executeBatch(batch);
      options.onApplied(role);
    }
    for (const batch of loginBatches(schema, options.passwords, options.loginPrefix))
      await connection.executeBatch(batch);
    options.onApplied('logins');
  } finally {
    await connection.close();
  }
}
