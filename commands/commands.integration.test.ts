/** What holds for every command: no secret leaves it, and a setting without effect is named. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LoopbackServer, sendJson, startLoopbackServer } from '#test/loopback-server.ts';
import { openSite, type Site } from '#test/worker/processes.ts';

const example = path.resolve(import.meta.dirname, '../config/ingest.example.yaml');

let site: Site;
beforeEach(async () => {
  site = await openSite();
});
afterEach(() => site.dispose());

describe('secrets', () => {
  const secrets = {
    INGEST_SOURCE_GUARDED_AUTHORIZATION: 'Bearer of-a-source-secret',
    INGEST_SECRET_KEY: 'a master key that nobody may ever see',
    INGEST_ADMIN_PASSWORD: 'the password of the administrator',
    MSSQL_SA_PASSWORD: 'Of-The-Database-1',
    INGEST_SQLSERVER_STATE_CONN_STR: 'Server=db;UID=u;PWD=Of-The-String-2',
  };
  const hidden = [
    'of-a-source-secret',
    'nobody may ever see',
    'of the administrator',
    'Of-The-Database-1',
    'Of-The-String-2',
  ];
  let server: LoopbackServer;
  beforeEach(async () => {
    // One answer that is stored, one that fails, one that repeats the secret it was sent.
    server = await startLoopbackServer((request, response) => {
      if (request.url === '/broken') return sendJson(response, {}, { status: 500 });
      sendJson(response, { path: request.url }, { headers: { 'x-token': 'of-a-source-secret' } });
    });
  });
  afterEach(() => server.close());

  /** All that lies in the site's directory, files of the database included. */
  async function written(): Promise<string> {
    const entries = await readdir(site.directory, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const texts = files.map((file) => readFile(path.join(file.parentPath, file.name), 'latin1'));
    return (await Promise.all(texts)).join('\n');
  }

  it('are sent where they belong, and stand in no output, log, lake file or database', async () => {
    const file = path.join(site.directory, 'ingest.yaml');
    await writeFile(
      file,
      `sources:\n  - {name: guarded, type: http, base_url: "${server.origin}", response: json, max_retries: 0}\n` +
        'seeds:\n  - {source: guarded, urls: [/fine, /broken]}\n',
    );
    const env = {
      ...secrets,
      INGEST_EGRESS_ALLOW: '127.0.0.0/8',
      INGEST_LAKE_ENABLED: 'yes',
      INGEST_LAKE_DIR: path.join(site.directory, 'lake'),
      INGEST_LOG_LEVEL: 'trace',
    };
    const call = ['--config', file, '--seed', '--max-items', '10', '--verbose', '--json'];
    const ingested = await site.run('commands/ingest.ts', call, env);
    const worked = await site.run('commands/worker.ts', ['--once', '--verbose'], env);
    // One of its items fails.
    expect([ingested.code, worked.code]).toEqual([3, 0]);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(
      server.requests.map(() => 'Bearer of-a-source-secret'),
    );
    expect(server.requests.length).toBeGreaterThanOrEqual(2);
    expect(ingested.stderr).toContain('http_server_error');

    const output = [ingested.stdout, ingested.stderr, worked.stdout, worked.stderr].join('\n');
    for (const text of hidden) expect(output, text).not.toContain(text);
    const files = await written();
    expect(files).toContain('"path":"/fine"');
    for (const text of hidden) expect(files, text).not.toContain(text);
  });

  it.each([
    'commands/ingest.ts',
    'commands/worker.ts',
    'commands/db-init.ts',
    'commands/db-smoke.ts',
  ])('of a database that does not answer are not printed by %s', async (script) => {
    const args = {
      'commands/ingest.ts': ['--config', example, '--verbose'],
      'commands/worker.ts': ['--once', '--verbose'],
      'commands/db-init.ts': ['--wait-timeout', '0'],
      'commands/db-smoke.ts': [],
    }[script];
    const ended = await site.run(script, args ?? [], {
      DB_BACKEND: 'sqlserver',
      INGEST_SQLSERVER_STATE_CONN_STR: 'Server=127.0.0.1,1;UID=u;PWD=Of-The-String-2',
      INGEST_SQLSERVER_DRIVER: 'ODBC Driver 18 for SQL Server',
      INGEST_LOG_LEVEL: 'trace',
    });
    expect(ended.code).toBe(1);
    const output = ended.stdout + ended.stderr;
    expect(output).toContain('db_connection_refused');
    expect(output).toContain('INGEST_SQLSERVER_DRIVER has no effect');
    expect(output).not.toContain('Of-The-String-2');
  });
});
