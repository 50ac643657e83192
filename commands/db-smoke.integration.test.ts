import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '#db/open.ts';
import { makeMigrated } from '#test/db/make-migrated.ts';
import { programOf } from '#test/worker/program.ts';

const program = programOf('commands/db-smoke.ts');
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'holocron-smoke-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const settings = () =>
  ({
    engine: 'sqlite',
    path: path.join(dir, 'smoke.db'),
    reason: 'A test asked for it.',
    notes: [],
  }) as const;

const smoke = (env: Record<string, string>) =>
  execa(process.execPath, [program.file], {
    env: { PATH: process.env['PATH'], ...program.env, NO_COLOR: '1', ...env },
    extendEnv: false,
    reject: false,
  });

describe('pnpm db:smoke', () => {
  test('prints the four checks of a migrated database and leaves no trace', async () => {
    await makeMigrated(settings());
    const { exitCode, stdout } = await smoke({ INGEST_SQLITE_PATH: settings().path });
    expect(stdout.split('\n').map((line) => line.trimEnd())).toEqual([
      `╔${'═'.repeat(60)}╗`,
      '║       SQLite State Store - Smoke Test                      ║',
      `╚${'═'.repeat(60)}╝`,
      '',
      '='.repeat(60),
      'SQLite Connection Info',
      '='.repeat(60),
      '  Engine: SQLite (embedded)',
      `  File:   ${settings().path}`,
      '='.repeat(60),
      'Test 1: Establishing connection...',
      '✓ Connection established successfully',
      'Test 2: Verifying schema creation...',
      '✓ Schema and tables verified',
      'Test 3: Testing write/read operations...',
      expect.stringMatching(/^ {2}- Enqueued work item: [0-9a-f-]{36}$/),
      '  - Verified work item exists',
      '  - Retrieved work item successfully',
      '  - Updated status to COMPLETED',
      '✓ Write/read operations successful',
      'Test 4: Testing deduplication...',
      '  - First enqueue succeeded',
      '  - Second enqueue correctly rejected (dedupe working)',
      '✓ Deduplication working correctly',
      '',
      '='.repeat(60),
      '✓ All smoke tests passed!',
      '  SQLite state store is ready for use.',
    ]);
    expect(exitCode).toBe(0);
    const db = await openDatabase(settings());
    for (const table of ['work_items', 'source_totals', 'work_item_attempts'] as const) {
      const { rows } = await sql`select 1 from ${db.engine.table(table)}`.execute(db.q);
      expect(rows).toEqual([]);
    }
    await db.close();
  });

  test('names the code and the remedy when the tables are missing, and exits with 1', async () => {
    const db = await openDatabase(settings());
    await sql`create table unrelated (id integer)`.execute(db.q);
    await db.close();
    const { exitCode, stdout } = await smoke({ INGEST_SQLITE_PATH: settings().path });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('✓ Connection established successfully');
    expect(stdout).toMatch(
      /✗ .+\n {2}Code: {3}db_migrations_pending\n {2}Remedy: Run pnpm db:init/,
    );
  });

  test('a file that does not exist is not made', async () => {
    const { exitCode, stdout } = await smoke({ INGEST_SQLITE_PATH: settings().path });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/Code: {3}db_missing/);
    expect(existsSync(settings().path)).toBe(false);
  });

  test('a server that refuses the connection is named, without its password', async () => {
    const { exitCode, stdout, stderr } = await smoke({
      DB_BACKEND: 'sqlserver',
      INGEST_SQLSERVER_HOST: '127.0.0.1',
      INGEST_SQLSERVER_PORT: '1',
      INGEST_SQLSERVER_PASSWORD: 'S3cret-Passw0rd',
    });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/✗ .+\n {2}Code: {3}db_connection_refused\n {2}Remedy: \S/);
    expect(stdout + stderr).not.toContain('S3cret');
  });

  test('wrong settings are said before anything is tried', async () => {
    const { exitCode, stdout, stderr } = await smoke({
      DB_BACKEND: 'sqlserver',
      INGEST_SQLSERVER_PORT: '99999',
      INGEST_SQLSERVER_PASSWORD: 'S3cret-Passw0rd',
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('db_settings_invalid');
    expect(stderr).toContain('INGEST_SQLSERVER_PORT');
    expect(stdout + stderr).not.toContain('S3cret');
  });
});
