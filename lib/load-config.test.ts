import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeSettings, displayPath } from '#db/settings/describe.ts';
import type { ConfigFlags, Environment } from '#lib/config/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { loadConfig, loadSettings } from '#lib/load-config.ts';
import { listSourceTypes } from '#lib/source-types/registry.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'config-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const key = 'a text that is long enough to be a key';
const environment = (over: Environment = {}): Environment => ({
  INGEST_SECRET_KEY: key,
  INGEST_SQLITE_PATH: path.join(directory, 'holocron.db'),
  ...over,
});

function write(text: string): string {
  const file = path.join(directory, 'ingest.yaml');
  writeFileSync(file, text);
  return file;
}

function load(text?: string, env: Environment = environment(), flags: ConfigFlags = {}) {
  return loadConfig({ env, flags: text === undefined ? flags : { ...flags, config: write(text) } });
}

/** The message of the error that loading throws; fails when it does not throw. */
function refusal(text?: string, env?: Environment): AppError {
  try {
    load(text, env);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

const oneSource = 'sources:\n  - name: sample\n    type: test\n';

describe('where a setting comes from', () => {
  it('has defaults for everything', () => {
    const config = load();
    expect(config.database).toMatchObject({ engine: 'sqlite' });
    expect(config.runner).toEqual({
      batchSize: 100,
      maxItems: null,
      maxRetries: 3,
      enableDiscovery: true,
      concurrency: 4,
      leaseMs: 60_000,
      pauseBelowBytes: 1_024 ** 3,
    });
    expect(config.lake).toEqual({
      enabled: false,
      baseDir: path.resolve('data/lake'),
      prettyPrint: false,
    });
    expect(config.admin).toEqual({ email: 'admin@holocron.local' });
    expect(config.egressAllow).toEqual([]);
    expect(config.sources).toEqual([]);
  });

  it('takes flags over the environment, the environment over the file, the file over defaults', () => {
    const yaml =
      'runner:\n  batch_size: 20\n  concurrency: 5\n  max_retries: 7\n  lease_seconds: 90\n';
    const env = environment({ INGEST_BATCH_SIZE: '30', INGEST_CONCURRENCY: '6' });
    const { runner } = load(yaml, env, { batchSize: 40 });
    expect(runner).toMatchObject({ batchSize: 40, concurrency: 6, maxRetries: 7, leaseMs: 90_000 });
  });

  it('counts an empty variable as unset', () => {
    const config = load(undefined, environment({ INGEST_CONCURRENCY: '', INGEST_ADMIN_EMAIL: '' }));
    expect(config.runner.concurrency).toBe(4);
    expect(config.admin.email).toBe('admin@holocron.local');
  });

  it('reads networks, the administrator and the lake from the environment', () => {
    const config = load(
      undefined,
      environment({
        INGEST_EGRESS_ALLOW: '127.0.0.0/8, ::1/128',
        INGEST_ADMIN_EMAIL: 'Yoda@Example.org',
        INGEST_ADMIN_PASSWORD: 'do-or-do-not-there',
        INGEST_LAKE_ENABLED: 'yes',
        INGEST_LAKE_DIR: directory,
      }),
    );
    expect(config.egressAllow).toEqual(['127.0.0.0/8', '::1/128']);
    expect(config.admin).toEqual({ email: 'yoda@example.org', password: 'do-or-do-not-there' });
    expect(config.lake).toMatchObject({ enabled: true, baseDir: directory });
  });
});

describe('the database', () => {
  const described = (env: Environment, flags: ConfigFlags = {}) =>
    new Map(describeSettings(loadSettings({ env, flags }).database));
  const inFile = (name: string, text: string) => {
    const file = path.join(directory, name);
    writeFileSync(file, text);
    return file;
  };
  const sqlite = () => inFile('sqlite.yaml', 'state:\n  sqlite: {path: /data/file.db}\n');
  const server = () =>
    inFile('server.yaml', 'state:\n  sqlserver: {host: db.example.org, database: OfFile}\n');
  const password = { MSSQL_SA_PASSWORD: 'hush' };

  it.each([
    ['the file of --config', {}, () => ({ config: sqlite() }), '/data/file.db'],
    [
      'a variable over the file',
      { INGEST_SQLITE_PATH: '/data/variable.db' },
      () => ({ config: sqlite() }),
      '/data/variable.db',
    ],
    [
      '--database over both',
      { INGEST_SQLITE_PATH: '/data/variable.db' },
      () => ({ config: sqlite(), database: '/data/flag.db' }),
      '/data/flag.db',
    ],
  ])('of SQLite is that of %s', (_, env, flags, expected) => {
    expect(described(env, flags()).get('File')).toBe(displayPath(expected));
  });

  it.each([
    ['the file of --config', {}, {}, 'OfFile'],
    ['a variable over the file', { INGEST_SQLSERVER_DATABASE: 'OfVariable' }, {}, 'OfVariable'],
    [
      'the connection string over the variable',
      {
        INGEST_SQLSERVER_DATABASE: 'OfVariable',
        INGEST_SQLSERVER_STATE_CONN_STR: 'Database=OfString',
      },
      {},
      'OfString',
    ],
    [
      '--database over all',
      { INGEST_SQLSERVER_STATE_CONN_STR: 'Database=OfString' },
      { database: 'OfFlag' },
      'OfFlag',
    ],
  ])('of SQL Server is that of %s', (_, env, flags, expected) => {
    const settings = described({ ...password, ...env }, { config: server(), ...flags });
    expect(settings.get('Host')).toBe('db.example.org');
    expect(settings.get('Database')).toBe(expected);
  });

  it('is that of the file INGEST_CONFIG names, unless --config names another', () => {
    const env = { INGEST_CONFIG: sqlite() };
    expect(described(env).get('Engine')).toContain('SQLite');
    expect(
      described({ ...env, ...password, DB_BACKEND: 'sqlserver' }, { config: server() }).get('Host'),
    ).toBe('db.example.org');
  });

  it('that --database names wrongly is refused by the name of the option', () => {
    expect(() => described({}, { database: ':memory:' })).toThrow(/^--database must be the path/);
    expect(() => described(password, { database: 'a[b]' })).toThrow(/^--database must be 1 to 128/);
  });

  it('is found without a key file being made', () => {
    described({ INGEST_SQLITE_PATH: path.join(directory, 'holocron.db') });
    expect(existsSync(path.join(directory, 'secret.key'))).toBe(false);
  });
});

describe('a variable that is unknown', () => {
  it('is named once among what has no effect, with the one that was meant, and never its value', () => {
    const { notes } = load(
      undefined,
      environment({ INGEST_CONCURENCY: 'hush', INGEST_FOO: 'hush' }),
    );
    expect(notes).toEqual([
      'The environment variable INGEST_CONCURENCY is unknown and has no effect. Did you mean INGEST_CONCURRENCY?',
      'The environment variable INGEST_FOO is unknown and has no effect. docs/configuration.md lists all.',
    ]);
  });
});

describe('sources and seeds of the file', () => {
  it('belong together', () => {
    const config = load(`${oneSource}seeds:\n  - source: sample\n    priority: 5\n`);
    expect(config.sources).toEqual([
      { name: 'sample', type: 'test', enabled: true, settings: {}, seeds: [{ priority: 5 }] },
    ]);
  });

  it("take the runner's retries unless they have their own", () => {
    const config = load(
      'runner:\n  max_retries: 9\nsources:\n  - {name: a, type: test}\n  - {name: b, type: test, max_retries: 1}\n',
    );
    expect(config.sources.map(({ settings }) => settings['max_retries'])).toEqual([9, 1]);
  });

  it('take the retries of the environment over those of the file', () => {
    const yaml = 'runner:\n  max_retries: 9\nsources:\n  - {name: a, type: test}\n';
    const config = load(yaml, environment({ INGEST_MAX_RETRIES: '2' }));
    expect(config.sources[0]?.settings).toEqual({ max_retries: 2 });
  });

  it('have their secrets in the environment', () => {
    const yaml = 'sources:\n  - {name: Open Alex-2, type: openalex, email: a@example.org}\n';
    const config = load(yaml, environment({ INGEST_SOURCE_OPEN_ALEX_2_API_KEY: 'k' }));
    expect(config.sources[0]?.secrets).toEqual({ api_key: 'k' });
  });
});

describe('a wrong file', () => {
  it.each([
    [
      'an unknown key',
      'runner:\n  batch_sise: 3\n',
      /line 2: runner\.batch_sise: unknown key\. Did you mean "batch_size"\? Allowed here: batch_size, max_items/,
    ],
    [
      'an unknown section',
      'runer:\n  batch_size: 3\n',
      /line 1: runer: unknown key\. Did you mean "runner"\?/,
    ],
    [
      'a number out of range',
      'state:\n  sqlserver:\n    host: db\n    port: 99999\n',
      /line 4: state\.sqlserver\.port: must be a whole number from 1 to 65535/,
    ],
    [
      'a schema name that is none',
      'state:\n  sqlserver:\n    schema: "x]; drop"\n',
      /line 3: state\.sqlserver\.schema: must be letters, digits and underscores/,
    ],
    [
      'a wrong kind of value',
      'runner:\n  enable_discovery: maybe\n',
      /line 2: runner\.enable_discovery: .*boolean/,
    ],
    [
      'an unknown state type',
      'state:\n  type: oracle\n',
      /line 2: state\.type: .*"sqlserver"\|"sqlite"/,
    ],
    [
      'a source without a type',
      'sources:\n  - name: a\n',
      /line 2: sources\[0\]\.type: no such source type\. Allowed: feed, http, mediawiki, openalex, test/,
    ],
    [
      'a source without a name',
      'sources:\n  - type: test\n',
      /line 2: sources\[0\]\.name: give the source a name/,
    ],
    [
      'a colon in a name',
      'sources:\n  - name: "a:b"\n    type: test\n',
      /line 2: sources\[0\]\.name: no colon/,
    ],
    [
      'an unknown setting of a source',
      `${oneSource}    latency: 3\n`,
      /line 4: sources\[0\]\.latency: unknown key\./,
    ],
    [
      'a wrong setting of a source',
      `${oneSource}    timeout: -1\n`,
      /line 4: sources\[0\]\.timeout: at least 1 second/,
    ],
    [
      'two sources of one name',
      `${oneSource}  - name: sample\n    type: http\n    base_url: https://example.org\n`,
      /line 4: sources\[1\]\.name: there is already a source "sample" above/,
    ],
    [
      'a seed of no source',
      `${oneSource}seeds:\n  - source: sampel\n`,
      /line 5: seeds\[0\]\.source: no such source in this file\. Did you mean "sample"\?/,
    ],
    [
      'a wrong seed',
      `${oneSource}seeds:\n  - source: sample\n    priority: low\n`,
      /line 6: seeds\[0\]\.priority: /,
    ],
    [
      'an unknown key of a seed',
      `${oneSource}seeds:\n  - source: sample\n    titels: [a]\n`,
      /line 6: seeds\[0\]\.titels: unknown key/,
    ],
    [
      'a resource id with a blank at its end',
      `${oneSource}seeds:\n  - source: sample\n    ids: ["test_resource_001 "]\n`,
      /line 5: seeds\[0\]: The resource id "test_resource_001 " has leading or trailing blanks/,
    ],
    [
      'a resource id too long for a dedupe key',
      `${oneSource}seeds:\n  - source: sample\n    ids: [${'x'.repeat(900)}]\n`,
      /line 5: seeds\[0\]: The dedupe key has \d+ characters; 850 are possible/,
    ],
    ['a list that is a text', 'sources: none\n', /line 1: sources: .*array/],
    ['broken syntax', 'runner:\n  batch_size: [1\n', /line \d+: not valid YAML/],
    ['the same key twice', 'runner:\n  batch_size: 1\n  batch_size: 2\n', /line 3: not valid YAML/],
  ])('%s is named with its key, its line and what is allowed', (_, yaml, message) => {
    const error = refusal(yaml);
    expect(error.code).toBe('config_invalid');
    expect(error.message).toMatch(message);
    expect(error.message).toContain(path.join(directory, 'ingest.yaml'));
  });

  it('has all its faults told at once', () => {
    expect(
      refusal('runner:\n  batch_size: 0\n  lease_seconds: 1\n').message.split('\n'),
    ).toHaveLength(2);
  });

  it('that does not exist is said to be missing', () => {
    const load = () =>
      loadConfig({ env: environment(), flags: { config: path.join(directory, 'none.yaml') } });
    expect(load).toThrow(expect.objectContaining({ code: 'config_file_unreadable' }));
    expect(load).toThrow(/does not exist/);
  });
});

describe('a secret in the file', () => {
  it.each([
    [
      'state.sqlserver.password',
      'state:\n  sqlserver:\n    password: hunter2\n',
      'INGEST_SQLSERVER_PASSWORD',
    ],
    [
      'state.sqlserver.replica.password',
      'state:\n  sqlserver:\n    replica:\n      password: hunter2\n',
      'INGEST_SQLSERVER_REPLICA_PASSWORD',
    ],
    [
      'storage.sql_server.password',
      'storage:\n  sql_server:\n    password: hunter2\n',
      'INGEST_SQLSERVER_PASSWORD',
    ],
    [
      'sources[0].api_key',
      'sources:\n  - {name: alex, type: openalex, email: a@example.org, api_key: hunter2}\n',
      'INGEST_SOURCE_ALEX_API_KEY',
    ],
  ])('as %s is refused, not repeated, and shown its place', (place, yaml, variable) => {
    const { message } = refusal(yaml);
    expect(message).toContain(place);
    expect(message).toContain(variable);
    expect(message).not.toContain('hunter2');
  });
});

describe('a wrong variable', () => {
  it.each([
    ['INGEST_EGRESS_ALLOW', '127.0.0.1', /networks such as 127\.0\.0\.0\/8/],
    ['INGEST_CONCURRENCY', '0', /whole number from 1 to 200/],
    ['INGEST_CONCURRENCY', '4.5', /whole number from 1 to 200/],
    ['INGEST_LEASE_SECONDS', 'soon', /whole number from 5 to 3600/],
    ['INGEST_LAKE_ENABLED', 'perhaps', /true, yes/],
    ['INGEST_ADMIN_EMAIL', 'nobody', /e-mail address/],
    ['INGEST_ADMIN_PASSWORD', 'short', /at least 12 characters/],
    ['INGEST_LOG_LEVEL', 'loud', /one of fatal, error/],
    ['INGEST_USER_AGENT', 'Holocrön', /printable ASCII/],
  ])('%s is named with what is allowed, and its value is not repeated', (name, value, message) => {
    const error = refusal(undefined, environment({ [name]: value }));
    expect(error.code).toBe('config_invalid');
    expect(error.message).toContain(name);
    expect(error.message).toMatch(message);
    if (name === 'INGEST_ADMIN_PASSWORD') expect(error.message).not.toContain('short');
  });
});

describe('the master key', () => {
  const withoutKey = () => environment({ INGEST_SECRET_KEY: undefined });

  it('is made at first use beside the embedded database, for its owner alone, and kept', () => {
    const first = load(undefined, withoutKey()).keys.current;
    const file = path.join(directory, 'secret.key');
    expect(first).toHaveLength(32);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8').trim()).toBe(first.toString('base64'));
    expect(load(undefined, withoutKey()).keys.current).toEqual(first);
  });

  it('can be 32 bytes in base64 or any long text', () => {
    const bytes = Buffer.alloc(32, 7);
    const given = environment({ INGEST_SECRET_KEY: bytes.toString('base64') });
    expect(load(undefined, given).keys.current).toEqual(bytes);
    expect(load().keys.current).toHaveLength(32);
  });

  it('is the first line of the key file; further lines, and those of the environment, are older ones', () => {
    const [first, second, third] = [1, 2, 3].map((byte) => Buffer.alloc(32, byte));
    const lines = [first, second].map((key) => key?.toString('base64'));
    writeFileSync(path.join(directory, 'secret.key'), `${lines.join('\n')}\n`);
    const env = { ...withoutKey(), INGEST_SECRET_KEY_OLDER: third?.toString('base64') };
    expect(load(undefined, env).keys).toEqual({ current: first, older: [second, third] });
  });

  it('is refused when it is short, without being repeated', () => {
    const error = refusal(undefined, environment({ INGEST_SECRET_KEY: 'sesame' }));
    expect(error.message).toContain('INGEST_SECRET_KEY');
    expect(error.message).not.toContain('sesame');
  });

  it('is not made for a configuration that is refused', () => {
    expect(refusal(`${oneSource}    latency: 3\n`, withoutKey()).code).toBe('config_invalid');
    expect(existsSync(path.join(directory, 'secret.key'))).toBe(false);
  });

  it('that cannot be written says what to do', () => {
    const blocked = path.join(directory, 'file');
    writeFileSync(blocked, '');
    const env = { ...withoutKey(), INGEST_SECRET_KEY_FILE: path.join(blocked, 'secret.key') };
    expect(refusal(undefined, env)).toMatchObject({ code: 'config_file_unreadable' });
  });
});

describe('the example', () => {
  it('is a valid configuration with one test source and its seeds', () => {
    const example = path.resolve(import.meta.dirname, '../config/ingest.example.yaml');
    const config = loadConfig({ env: environment(), flags: { config: example } });
    expect(config.sources).toMatchObject([{ type: 'test' }]);
    expect(config.sources[0]?.seeds).toHaveLength(1);
  });

  it('of every key is a valid configuration too', () => {
    const reference = path.resolve(import.meta.dirname, '../config/ingest.reference.yaml');
    const config = loadConfig({
      env: environment({ DB_BACKEND: 'sqlite' }),
      flags: { config: reference },
    });
    const types = new Set(config.sources.map(({ type }) => type));
    expect([...types].sort()).toEqual(
      listSourceTypes()
        .map(({ id }) => id)
        .sort(),
    );
  });
});
