import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '#db/migrate/migrate.ts';
import { openDatabase } from '#db/open.ts';
import type { SqlServerSettings } from '#db/settings/model.ts';
import { environmentOf } from '#test/db/environment-of.ts';
import { newPassword, removeLogins, removeRoles } from '#test/db/sqlserver-roles.ts';
import {
  configuredSqlServer,
  dropTestSchema,
  isSqlServer,
  withOwnSchema,
} from '#test/db/sqlserver-schema.ts';
import { programOf } from '#test/worker/program.ts';

const program = programOf('commands/db-logins.ts');
const dbLogins = (args: readonly string[], env: Record<string, string>) =>
  execa(process.execPath, [program.file, ...args], {
    env: { PATH: process.env['PATH'], ...program.env, ...env },
    extendEnv: false,
    reject: false,
  });
const passwordsOf = (console: string, worker: string) => ({
  MSSQL_CONSOLE_PASSWORD: console,
  MSSQL_WORKER_PASSWORD: worker,
});

describe('db:logins', () => {
  it('says which passwords are missing or too long, and shows none', async () => {
    const long = `Aa1!${'x'.repeat(125)}`;
    const ended = await dbLogins([], {
      DB_BACKEND: 'sqlserver',
      INGEST_SQLSERVER_PASSWORD: 'of-the-owner',
      MSSQL_WORKER_PASSWORD: long,
    });
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toContain('config_invalid');
    expect(ended.stderr).toContain('MSSQL_CONSOLE_PASSWORD: is required.');
    expect(ended.stderr).toContain('MSSQL_WORKER_PASSWORD: must have 128 characters at most.');
    expect(ended.stdout + ended.stderr).not.toContain(long);
  });

  it('refuses SQLite, a role that is none, too few of them and a name that is none', async () => {
    for (const [args, said] of [
      [[], 'the settings name SQLite'],
      [['--roles', 'worker,console,owner'], 'worker and console among them'],
      [['--roles', 'reader'], 'worker and console among them'],
      [['--prefix', "x'] DROP"], 'letters, digits'],
    ] as const) {
      const ended = await dbLogins(args, { DB_BACKEND: 'sqlite', INGEST_SQLITE_PATH: 'none.db' });
      expect([ended.exitCode, ended.stderr]).toEqual([1, expect.stringContaining(said)]);
    }
  });
});

const server = configuredSqlServer();

describe.runIf(server !== null)('db:logins on SQL Server', () => {
  let settings: SqlServerSettings;
  let args: string[];
  let logins: { readonly console: string; readonly worker: string };

  beforeAll(async () => {
    if (!server) throw new Error('The suite is left out without a server.');
    settings = withOwnSchema(server);
    // Not the schema's name alone: its roles are called so, and a user and a role may not share a name.
    const prefix = `own_${settings.schema}`;
    logins = { console: `${prefix}_console`, worker: `${prefix}_worker` };
    // A compatible server grants no CREATE TABLE, which the migrator alone has.
    const without = (await isSqlServer(settings)) ? [] : ['--roles', 'worker,console,reader'];
    args = ['--prefix', prefix, '--json', ...without];
  });

  afterAll(async () => {
    await dropTestSchema(settings);
    await removeLogins(settings, Object.values(logins));
    await removeRoles(settings, []);
  });

  it('says that the tables are missing before it makes anything', async () => {
    const env = { ...environmentOf(settings), ...passwordsOf(newPassword(), newPassword()) };
    const ended = await dbLogins(args, env);
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toMatch(/db_migrations_pending|db_schema_missing/);
    expect(ended.stdout).not.toContain('✓');
  });

  it('makes logins that may what their role may, sets the passwords anew, and prints none', async () => {
    await migrate(settings);
    const [first, again] = [1, 2].map(() => ({
      // What has to be quoted in a statement, and what a replacement of text would take for a pattern.
      console: `${newPassword()}' OR '$&$1 "]`,
      worker: `${newPassword()}\\n$$`,
    }));
    if (!first || !again) throw new Error('There are two.');
    for (const passwords of [first, again]) {
      const ended = await dbLogins(args, {
        ...environmentOf(settings),
        ...passwordsOf(passwords.console, passwords.worker),
        INGEST_LOG_LEVEL: 'trace',
      });
      expect([ended.exitCode, ended.stderr]).toEqual([0, '']);
      const answer: unknown = JSON.parse(ended.stdout.split('\n').at(-1) ?? '');
      expect(answer).toMatchObject({ logins: [logins.console, logins.worker] });
      for (const password of Object.values(passwords))
        expect(ended.stdout + ended.stderr).not.toContain(password);
    }
    const before = await openDatabase({ ...settings, user: logins.worker, password: first.worker });
    await expect(
      before.q.selectFrom('work_items').select('work_item_id').execute(),
    ).rejects.toMatchObject({ code: 'db_login_failed' });
    await before.close();
    for (const role of ['console', 'worker'] as const) {
      const signIn = { user: logins[role], password: again[role] };
      const db = await openDatabase({ ...settings, ...signIn });
      await db.q.selectFrom('work_items').select('work_item_id').execute();
      const readsUsers = db.q.selectFrom('users').select('email').execute();
      if (role === 'console') expect(await readsUsers).toEqual([]);
      else await expect(readsUsers).rejects.toMatchObject({ code: 'db_permission_denied' });
      await db.close();
    }
  });
});
