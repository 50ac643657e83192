/** The role scripts against the tables there are and what the code writes, as their files say it: without a server. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { migrationsDir, readMigrationFiles } from '../../migrate/files.ts';
import { loginBatches, type Role, roleBatches, roles } from './apply-roles.ts';

const root = new URL('../../../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');
const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)];

/** And views, as the migrations make them on SQL Server; the list of those applied is made by the runner. */
const tables = readMigrationFiles(migrationsDir('sqlserver'))
  .flatMap(({ script }) => matches(script, /CREATE (?:TABLE|VIEW) \[\$\(schema\)\]\.\[(\w+)\]/g))
  .map(([, table = '']) => table)
  .concat('schema_migrations')
  .sort();

const procedures = readMigrationFiles(migrationsDir('sqlserver')).flatMap(({ script }) =>
  matches(script, /^CREATE PROCEDURE \[\$\(schema\)\]\.\[(\w+)\]/gm).map(([, name = '']) => name),
);

interface Grant {
  readonly permission: string;
  /** null = the whole schema. */
  readonly table: string | null;
}

const grantsOf = (role: Role): Grant[] =>
  matches(
    read(`db/sqlserver/roles/${role}.sql`).replace(/--.*$/gm, ''),
    /GRANT ([A-Z, ]+?) ON (?:SCHEMA::\[\$\(schema\)\]|\[\$\(schema\)\]\.\[(\w+)\])/g,
  ).flatMap(([, permissions = '', table = null]) =>
    permissions.split(',').map((permission) => ({ permission: permission.trim(), table })),
  );

const may = (role: Role, permission: string, table: string) =>
  grantsOf(role).some(
    (grant) => grant.permission === permission && (grant.table === null || grant.table === table),
  );

/** What a role is to go without. A table that is in no list and in no script is a forgotten grant. */
const withheld: Readonly<Record<'worker' | 'reader' | 'console', readonly string[]>> = {
  // Accounts, and what people keep for themselves.
  worker: ['api_tokens', 'saved_views', 'sessions', 'sign_in_attempts', 'source_comments', 'users'],
  // Accounts, secrets, the audit log and settings; and what the product keeps for its own course.
  reader: [
    'alert_mutes',
    'alert_rules',
    'alert_state',
    'alerts',
    'api_tokens',
    'app_settings',
    'attempt_answers',
    'attempt_count_head',
    'attempt_counts',
    'audit_anchors',
    'audit_chain',
    'audit_log',
    'audit_unsealed',
    'bulk_action_chunks',
    'bulk_actions',
    'events',
    'notice_channels',
    'notice_deliveries',
    'request_keys',
    'run_measures',
    'saved_views',
    'sessions',
    'sign_in_attempts',
    'source_comments',
    'source_secrets',
    'stops',
    'storage_samples',
    'totals_checks',
    'users',
  ],
  // It reads all, and leaves these to the workers and to migrations.
  console: [
    'IngestRecords',
    'attempt_answers',
    'attempt_count_head',
    'attempt_counts',
    'audit_anchors',
    'audit_chain',
    'bulk_action_chunks',
    'current_hosts',
    'current_runs',
    'held_records',
    'host_total_deltas',
    'host_totals',
    'ready_items',
    'record_bodies',
    'schema_migrations',
    'seen_resources',
    'source_days',
    'source_hosts',
    'storage_samples',
    'totals_checks',
  ],
};

describe('the roles of SQL Server', () => {
  it('the migrations make the tables that the types name', () => {
    const [, members = ''] =
      /export interface Database \{([^}]*)\}/.exec(read('db/schema.ts')) ?? [];
    const typed = matches(members, /^ {2}(\w+):/gm).map(([, table]) => table);
    expect(typed.sort()).toEqual(tables);
  });

  it.each(roles)('%s names no table that is not there', (role) => {
    const named = grantsOf(role).flatMap(({ table }) => table ?? []);
    expect(named.filter((name) => ![...tables, ...procedures].includes(name))).toEqual([]);
  });

  it('a worker reads or adds to every table but those it is to go without', () => {
    const without = tables.filter(
      (table) => !may('worker', 'SELECT', table) && !may('worker', 'INSERT', table),
    );
    expect(without).toEqual(withheld.worker);
  });

  it('a reader reads every table but those it is to go without, and changes none', () => {
    expect(tables.filter((table) => !may('reader', 'SELECT', table))).toEqual(withheld.reader);
    const others = grantsOf('reader').filter(({ permission }) => permission !== 'SELECT');
    // Procedures that only read.
    expect(others).toEqual([
      { permission: 'EXECUTE', table: 'queue_statistics' },
      { permission: 'EXECUTE', table: 'known_resources' },
    ]);
  });

  it('the console reads every table, and changes every one but those it leaves to others', () => {
    expect(tables.filter((table) => !may('console', 'SELECT', table))).toEqual([]);
    const unchanged = tables.filter((table) =>
      ['INSERT', 'UPDATE', 'DELETE'].every((permission) => !may('console', permission, table)),
    );
    expect(unchanged).toEqual(withheld.console);
  });

  it('the migrator may do everything with every table', () => {
    for (const permission of ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'ALTER']) {
      expect(tables.filter((table) => !may('migrator', permission, table))).toEqual([]);
    }
  });

  it('every statement of the code that writes is granted to workers or to the console', () => {
    const granted = (permission: string, table: string) =>
      may('worker', permission, table) || may('console', permission, table);
    const refused = writes().filter(({ permission, table }) => !granted(permission, table));
    expect(refused).toEqual([]);
  });

  it('every kind of statement that writes is found', () => {
    const found = writes().map(({ permission, table }) => `${permission} ${table}`);
    expect(found).toEqual(
      expect.arrayContaining([
        'INSERT seen_resources',
        'INSERT users',
        'UPDATE request_keys',
        'UPDATE work_items',
        'DELETE saved_views',
      ]),
    );
  });
});

describe('the scripts, as they are sent', () => {
  const passwords = { console: "O'Brien $& $1 $(worker_password)\nGO\n", worker: 'Aa1!$$' };
  const batches = [
    ...roles.flatMap((role) => roleBatches(role, 'wiki')),
    ...loginBatches('wiki', passwords, 'acme'),
  ].map((batch) => batch.replaceAll(/^--.*\n/gm, ''));

  it('have every variable replaced', () => {
    const without = batches.map((batch) => batch.replace(/'(?:[^']|'')*'/g, "''"));
    expect(without.filter((batch) => batch.includes('$('))).toEqual([]);
  });

  it('keep a password a text of one statement, whatever is in it', () => {
    const [made = '', ofWorker = ''] = batches.filter((batch) => batch.includes('CREATE LOGIN'));
    const literals = (batch: string) =>
      matches(batch, /PASSWORD = N'((?:[^']|'')*)'/g).map(([, text = '']) =>
        text.replaceAll("''", "'"),
      );
    expect(literals(made)).toEqual([passwords.console, passwords.console]);
    expect(literals(ofWorker)).toEqual([passwords.worker, passwords.worker]);
  });

  it('name the logins of this deployment alone', () => {
    expect(batches.join('\n')).toContain('CREATE LOGIN [acme_console]');
    expect(batches.join('\n')).not.toContain('holocron_');
  });
});

const builders: Readonly<Record<string, string>> = {
  insertInto: 'INSERT',
  updateTable: 'UPDATE',
  deleteFrom: 'DELETE',
};

interface Write {
  readonly file: string;
  readonly permission: string;
  readonly table: string;
}

/**
 * What the product's own code writes, by the query builder and by SQL of its own. SQL for a table that is known only
 * when it runs (the totals) is not seen.
 */
function writes(): Write[] {
  const files = globSync('{lib,worker,app,db}/**/*.ts', { cwd: root }).filter(
    (file) => !/\.test\.ts$|^db\/(sqlite|migrate)\//.test(file),
  );
  return files.flatMap((file) => {
    const text = read(file);
    const built = matches(text, /\b(insertInto|updateTable|deleteFrom)\('(\w+)'/g).map(
      ([, builder = '', table = '']) => ({ permission: builders[builder] ?? '', table }),
    );
    const named = new Map(
      matches(text, /\bconst (\w+) = (?:\w+\.)*(?:table\(|id\(schema, )'(\w+)'\)/g).map(
        ([, name = '', table = '']) => [name, table],
      ),
    );
    const written = matches(
      text,
      /\b(insert into|update|delete(?: top \([^)]*\))? from) \$\{(?:(\w+)|(?:\w+\.)*table\('(\w+)'\))\}/gi,
    ).flatMap(([, verb = '', name = '', direct]) => {
      const table = direct ?? named.get(name);
      const [permission = ''] = verb.toUpperCase().split(' ');
      return table === undefined ? [] : [{ permission, table }];
    });
    return [...built, ...written].map((write) => ({ file, ...write }));
  });
}
