import { describe, expect, it } from 'vitest';
import { DatabaseError } from '../errors.ts';
import { describeSettings } from './describe.ts';
import { settingsOfReplica } from './replica-settings.ts';
import { resolveDatabaseSettings, type SqlServerSettings } from './settings.ts';

function sqlServer(env: Record<string, string>, yaml = {}): SqlServerSettings {
  const settings = resolveDatabaseSettings(env, yaml);
  if (settings.engine !== 'sqlserver') throw new Error('expected SQL Server');
  return settings;
}

const odbc = (text: string) => sqlServer({ INGEST_SQLSERVER_STATE_CONN_STR: text });

function refusal(env: Record<string, string>): DatabaseError {
  try {
    resolveDatabaseSettings(env);
  } catch (error) {
    if (error instanceof DatabaseError) return error;
  }
  throw new Error('expected a refusal');
}

describe('which engine', () => {
  it('is the embedded one when nothing of SQL Server is given, and says so', () => {
    const settings = resolveDatabaseSettings({ DB_BACKEND: '', INGEST_SQLSERVER_HOST: '' });
    expect(settings).toMatchObject({
      engine: 'sqlite',
      path: expect.stringMatching(/data\/holocron\.db$/),
    });
    expect(settings.reason).toMatch(/^Neither DB_BACKEND nor/);
  });

  it.each([
    [{ MSSQL_SA_PASSWORD: 'x' }, 'DB_BACKEND is not set, and MSSQL_SA_PASSWORD is.'],
    [
      { INGEST_SQLSERVER_HOST: 'db', INGEST_SQLSERVER_PASSWORD: 'x' },
      'DB_BACKEND is not set, and INGEST_SQLSERVER_HOST is.',
    ],
    [{ DB_BACKEND: 'SqlServer', MSSQL_SA_PASSWORD: 'x' }, 'DB_BACKEND says sqlserver.'],
  ])('is SQL Server for %j', (env, reason) => {
    expect(sqlServer(env).reason).toBe(reason);
  });

  it('is SQL Server when the file configures one', () => {
    const env = { INGEST_SQLSERVER_PASSWORD: '', MSSQL_SA_PASSWORD: 'x', DB_BACKEND: '' };
    expect(sqlServer(env, { sqlserver: { host: 'db' } }).host).toBe('db');
  });

  it('is what DB_BACKEND says, whatever else is given', () => {
    const env = { DB_BACKEND: 'sqlite', MSSQL_SA_PASSWORD: 'x', INGEST_SQLITE_PATH: '/srv/a.db' };
    expect(resolveDatabaseSettings(env, { type: 'sqlserver' })).toMatchObject({
      engine: 'sqlite',
      path: '/srv/a.db',
    });
  });
});

describe('SQL Server settings', () => {
  it('have the defaults of the specification', () => {
    expect(sqlServer({ MSSQL_SA_PASSWORD: 'secret' })).toMatchObject({
      host: 'localhost',
      port: 1433,
      database: 'Holocron',
      user: 'sa',
      password: 'secret',
      schema: 'ingest',
      encrypt: true,
      trustServerCertificate: true,
      notes: [],
    });
  });

  it('take the environment over the file, and the own password over the fallback', () => {
    const env = {
      INGEST_SQLSERVER_HOST: 'env',
      INGEST_SQLSERVER_PASSWORD: 'own',
      MSSQL_SA_PASSWORD: 'fallback',
    };
    const yaml = {
      sqlserver: { host: 'file', port: 1500, schema: 'other', trust_server_certificate: false },
    };
    expect(sqlServer(env, yaml)).toMatchObject({
      host: 'env',
      port: 1500,
      schema: 'other',
      password: 'own',
      trustServerCertificate: false,
    });
  });

  it('accept the ODBC driver and say that it has no effect', () => {
    const settings = sqlServer({
      MSSQL_SA_PASSWORD: 'x',
      INGEST_SQLSERVER_DRIVER: 'ODBC Driver 18 for SQL Server',
    });
    expect(settings.notes).toEqual([
      'INGEST_SQLSERVER_DRIVER has no effect: the connection needs no ODBC driver.',
    ]);
  });

  it('are shown with the password masked', () => {
    const shown = describeSettings(sqlServer({ MSSQL_SA_PASSWORD: 'hush-hush' }));
    expect(shown).toContainEqual(['Password', '***']);
    expect(JSON.stringify(shown)).not.toContain('hush');
  });
});

describe('a readable copy', () => {
  const given = {
    INGEST_SQLSERVER_HOST: 'db',
    INGEST_SQLSERVER_PASSWORD: 'own',
    INGEST_SQLSERVER_REPLICA_HOST: 'copy',
  };

  it('is reached as the database itself, but for what is given', () => {
    expect(settingsOfReplica(sqlServer(given))).toMatchObject({
      host: 'copy',
      port: 1433,
      database: 'Holocron',
      user: 'sa',
      password: 'own',
      readOnlyIntent: true,
      connectTimeoutMs: 5000,
    });
    const other = sqlServer(
      {
        ...given,
        INGEST_SQLSERVER_REPLICA_PORT: '14330',
        INGEST_SQLSERVER_REPLICA_PASSWORD: 'its own',
      },
      { sqlserver: { replica: { host: 'file', database: 'Copy', user: 'reader' } } },
    );
    expect(settingsOfReplica(other)).toMatchObject({
      host: 'copy',
      port: 14330,
      database: 'Copy',
      user: 'reader',
      password: 'its own',
    });
  });

  it('is none without a host, which is said when other parts of it are given', () => {
    expect(settingsOfReplica(sqlServer({ MSSQL_SA_PASSWORD: 'x' }))).toBeNull();
    const { replica, notes } = sqlServer({
      MSSQL_SA_PASSWORD: 'x',
      INGEST_SQLSERVER_REPLICA_USER: 'reader',
    });
    expect(replica).toBeUndefined();
    expect(notes).toEqual([
      'INGEST_SQLSERVER_REPLICA_USER has no effect: INGEST_SQLSERVER_REPLICA_HOST is not given.',
    ]);
  });

  it('with a login of its own needs its own password', () => {
    const error = refusal({ ...given, INGEST_SQLSERVER_REPLICA_USER: 'reader' });
    expect(error.message).toMatch(/^INGEST_SQLSERVER_REPLICA_PASSWORD is missing/);
  });

  it('is shown without its password', () => {
    const shown = describeSettings(
      sqlServer({ ...given, INGEST_SQLSERVER_REPLICA_PASSWORD: 'hush-hush' }),
    );
    expect(shown).toContainEqual(['Read from', 'copy:1433/Holocron as sa']);
    expect(JSON.stringify(shown)).not.toContain('hush');
  });
});

describe('an ODBC connection string', () => {
  it('of the specification is understood', () => {
    const text =
      'Driver={ODBC Driver 18 for SQL Server};Server=localhost;Database=Holocron;UID=sa;PWD=YourPassword;TrustServerCertificate=yes';
    const settings = odbc(text);
    expect(settings).toMatchObject({
      host: 'localhost',
      port: 1433,
      user: 'sa',
      password: 'YourPassword',
    });
    expect(settings.notes).toEqual([
      '“Driver” in INGEST_SQLSERVER_STATE_CONN_STR has no effect: no ODBC driver is needed.',
    ]);
  });

  it.each([
    ['tcp:db.example,1444', { host: 'db.example', port: 1444 }],
    ['db.example,1444', { host: 'db.example', port: 1444 }],
    ['db\\SQLEXPRESS', { host: 'db', instanceName: 'SQLEXPRESS' }],
    ['.\\SQLEXPRESS', { host: 'localhost', instanceName: 'SQLEXPRESS' }],
    ['(local)', { host: 'localhost', port: 1433 }],
    ['tcp:10.0.0.7', { host: '10.0.0.7', port: 1433 }],
  ])('splits Server=%s', (server, expected) => {
    expect(odbc(`Server=${server};UID=u;PWD=p`)).toMatchObject(expected);
  });

  it('a port given for an instance wins, as in ODBC', () => {
    expect(odbc('Server=db\\X,1444;UID=u;PWD=p')).not.toHaveProperty('instanceName');
  });

  it.each([
    ['PWD={a;b}', 'a;b'],
    ['PWD={a}}b}', 'a}b'],
    ['Password=a=b', 'a=b'],
    ['pwd={ lead and trail }', ' lead and trail '],
  ])('reads %s', (part, password) => {
    expect(odbc(`Server=h;User Id=u;${part}`).password).toBe(password);
  });

  it.each([
    ['yes', true],
    ['mandatory', true],
    ['no', false],
    ['optional', false],
    ['Strict', 'strict'],
  ])('reads Encrypt=%s', (word, encrypt) => {
    expect(odbc(`Server=h;UID=u;PWD=p;Encrypt=${word}`).encrypt).toBe(encrypt);
  });

  it.each(['Connection Timeout', 'Connect Timeout', 'LoginTimeout', 'Login Timeout'])(
    'reads %s',
    (key) => {
      expect(odbc(`Server=h;UID=u;PWD=p;${key}=7`).connectTimeoutMs).toBe(7000);
    },
  );

  it('wins over single variables, which fill what it leaves open', () => {
    const settings = sqlServer({
      INGEST_SQLSERVER_STATE_CONN_STR: 'Server=string;UID=u;Application Name=x;Nonsense=1',
      INGEST_SQLSERVER_HOST: 'variable',
      INGEST_SQLSERVER_PORT: '9999',
      INGEST_SQLSERVER_DATABASE: 'Variable',
      MSSQL_SA_PASSWORD: 'fallback',
    });
    expect(settings).toMatchObject({
      host: 'string',
      port: 1433,
      database: 'Variable',
      password: 'fallback',
    });
    expect(settings.notes).toEqual([
      'INGEST_SQLSERVER_STATE_CONN_STR has keys that have no effect here.',
    ]);
  });
});

describe('what is not allowed', () => {
  it.each([
    [
      'a port out of range',
      { INGEST_SQLSERVER_PORT: '99999' },
      'INGEST_SQLSERVER_PORT must be a whole number from 1 to 65535.',
    ],
    [
      'a port that is no number',
      { INGEST_SQLSERVER_PORT: '1e3' },
      'INGEST_SQLSERVER_PORT must be a whole number from 1 to 65535.',
    ],
    [
      'a schema name with SQL in it',
      { INGEST_SQLSERVER_SCHEMA: 'x]; drop' },
      'INGEST_SQLSERVER_SCHEMA must be letters, digits and underscores',
    ],
    [
      'a database name with brackets',
      { INGEST_SQLSERVER_DATABASE: 'a]b' },
      'INGEST_SQLSERVER_DATABASE must be 1 to 128 characters',
    ],
    [
      'a host with a port',
      { INGEST_SQLSERVER_HOST: 'db:1433/x' },
      'INGEST_SQLSERVER_HOST must be a host name',
    ],
    ['an unknown engine', { DB_BACKEND: 'oracle' }, 'DB_BACKEND must be sqlserver or sqlite.'],
    [
      'an unknown encryption',
      { INGEST_SQLSERVER_ENCRYPT: 'maybe' },
      'INGEST_SQLSERVER_ENCRYPT must be one of',
    ],
    [
      'a broken connection string',
      { INGEST_SQLSERVER_STATE_CONN_STR: 'PWD={never closed' },
      'INGEST_SQLSERVER_STATE_CONN_STR is not a connection string',
    ],
    [
      'a database in memory',
      { DB_BACKEND: 'sqlite', INGEST_SQLITE_PATH: ':memory:' },
      'INGEST_SQLITE_PATH must be the path of a file',
    ],
  ])('%s', (_, env, message) => {
    const error = refusal({ ...env, MSSQL_SA_PASSWORD: 'hush-hush' });
    expect(error.code).toBe('db_settings_invalid');
    expect(error.message).toContain(message);
    expect(`${error.message} ${error.remedy}`).not.toContain('hush');
  });

  it('a missing password names every way to give it', () => {
    const error = refusal({ DB_BACKEND: 'sqlserver' });
    expect(error.code).toBe('db_settings_invalid');
    expect(error.message).toMatch(/INGEST_SQLSERVER_PASSWORD is missing.*MSSQL_SA_PASSWORD.*PWD/);
  });

  it('never repeats a part of a connection string', () => {
    const error = refusal({ INGEST_SQLSERVER_STATE_CONN_STR: 'Server=h,port;UID=u;PWD=hush-hush' });
    expect(error.message).toBe(
      '“server” in INGEST_SQLSERVER_STATE_CONN_STR must be a whole number from 1 to 65535.',
    );
  });
});
