import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '#db/open.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { environmentOf } from '#test/db/environment-of.ts';
import { programOf } from '#test/worker/program.ts';

const program = programOf('commands/db-init.ts');
let dir: string;
let file: string;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'db-init-'));
  file = path.join(dir, 'nested', 'holocron.db');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** The command with an environment of its own: SQLite at `file` unless the test says otherwise. */
const dbInit = (
  args: string[],
  env: Record<string, string> = { DB_BACKEND: 'sqlite', INGEST_SQLITE_PATH: file },
) =>
  execa(process.execPath, [program.file, ...args], {
    env: { PATH: process.env['PATH'], ...program.env, ...env },
    extendEnv: false,
    reject: false,
  });

describe('db:init', () => {
  it('makes and migrates the database, and says so again the second time', async () => {
    const first = await dbInit([]);
    expect(first.stdout).toMatch(
      /✓ 0001_create_schema[\s\S]*✓ All migrations completed successfully/,
    );
    const second = await dbInit([]);
    expect(second.stdout).toContain('✓ All migrations completed successfully (0 applied now');
    expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
  });

  it.each(contractEngines())(
    'twenty processes at once end well on $name, and each file is applied once',
    // On a server nineteen of them wait for the one that migrates.
    { timeout: 600_000 },
    async (engine) => {
      const { settings, remove } = await engine.freshSettings();
      onTestFinished(remove);
      const starters = Array.from({ length: 20 }, () => dbInit([], environmentOf(settings)));
      const ended = await Promise.all(starters);
      expect(ended.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(
        starters.map(() => [0, expect.not.stringContaining('✗')]),
      );
      const applied = ended.flatMap((one) => one.stdout.match(/^✓ \d{4}\w+/gm) ?? []);
      expect(applied.toSorted()).toEqual([...new Set(applied)].toSorted());
      const db = await openDatabase(settings);
      onTestFinished(() => db.close());
      const ledger = await sql`select * from ${db.engine.table('schema_migrations')}`.execute(db.q);
      expect(ledger.rows).toHaveLength(applied.length);
    },
  );

  it('a dry run makes no file, nor a directory', async () => {
    const { stdout, exitCode } = await dbInit(['--dry-run']);
    expect(stdout).toMatch(
      /Would create the database file[\s\S]*Would apply 0001_create_schema[\s\S]*nothing was changed/,
    );
    expect(exitCode).toBe(0);
    expect(await readdir(dir)).toEqual([]);
  });

  it('a dry run over a database leaves every byte as it was', async () => {
    await dbInit([]);
    const state = async () => {
      const names = await readdir(path.dirname(file));
      return [
        names,
        createHash('sha256')
          .update(await readFile(file))
          .digest('hex'),
      ];
    };
    const before = await state();
    expect((await dbInit(['--dry-run'])).stdout).toContain('Dry run: 0 would be applied');
    expect(await state()).toEqual(before);
  });

  it('writes a script for sqlcmd without a server, and none for SQLite', async () => {
    const script = path.join(dir, 'schema.sql');
    const { stdout, exitCode } = await dbInit(['--script', script], {
      INGEST_SQLSERVER_HOST: '127.0.0.1',
      INGEST_SQLSERVER_PORT: '1',
      INGEST_SQLSERVER_SCHEMA: 'crawl',
      MSSQL_SA_PASSWORD: 'hush-hush',
    });
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(`sqlcmd -S SERVER -d`)]);
    const text = await readFile(script, 'utf8');
    expect(text).toMatch(/^:on error exit\n:setvar schema crawl\n[\s\S]*N'0014_polite_claims'/m);
    expect(text).not.toContain('hush');
    const refused = await dbInit(['--script', script]);
    expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining('✗ usage:')]);
  });

  it('a server that does not answer ends with code and remedy once the wait is over', async () => {
    const { stderr, exitCode } = await dbInit(['--wait-timeout', '0'], {
      INGEST_SQLSERVER_HOST: '127.0.0.1',
      INGEST_SQLSERVER_PORT: '1',
      MSSQL_SA_PASSWORD: 'hush-hush',
    });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/✗ db_connection_refused: .*127\.0\.0\.1:1[\s\S]*→ .*docker compose ps/);
    expect(stderr).not.toContain('hush');
  });

  it.each([
    [[], { INGEST_SQLSERVER_PORT: '99999' }, 'db_settings_invalid: INGEST_SQLSERVER_PORT must be'],
    [[], { DB_BACKEND: 'oracle' }, 'db_settings_invalid: DB_BACKEND must be sqlserver or sqlite'],
    [['--wait-timeout', 'soon'], {}, 'It must be a whole number'],
  ])('%j with %j ends with 1 and names what is wrong', async (args, env, message) => {
    const { stderr, exitCode } = await dbInit(args, env);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
