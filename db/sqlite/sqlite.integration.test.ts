import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Db } from '../engine.ts';
import { migrate } from '../migrate/migrate.ts';
import { openSqlite } from './open.ts';

let dir: string;
let file: string;
const open: Db[] = [];

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'sqlite-'));
  file = path.join(dir, 'test.db');
});
afterEach(async () => {
  for (const db of open.splice(0)) await db.close();
  await rm(dir, { recursive: true, force: true });
});

async function opened(): Promise<Db> {
  await migrate({ engine: 'sqlite', path: file, reason: '', notes: [] });
  const db = openSqlite(file);
  open.push(db);
  return db;
}

const setting = (db: Db, name: string, value = '') => ({
  name,
  value,
  updated_at: db.engine.now(),
});

describe('the files of the database', () => {
  const modes = () =>
    ['', '-wal', '-shm'].map((end) => (statSync(`${file}${end}`).mode & 0o777).toString(8));

  it('are for their owner alone when they are made, whatever the umask', async () => {
    const before = process.umask(0);
    try {
      await opened();
      expect(modes()).toEqual(['600', '600', '600']);
    } finally {
      process.umask(before);
    }
  });

  it('are taken from everybody else when they were made otherwise, and left to their group', async () => {
    await opened();
    for (const end of ['', '-wal', '-shm']) chmodSync(`${file}${end}`, 0o664);
    await opened();
    expect(modes()).toEqual(['660', '660', '660']);
  });
});

describe('a file that cannot be used', () => {
  const refusal = (target: string) => {
    try {
      open.push(openSqlite(target));
    } catch (error) {
      return error;
    }
    throw new Error('it was opened');
  };

  it('is refused when it is no database', () => {
    writeFileSync(file, 'a text of some length, which is no SQLite database');
    expect(refusal(file)).toMatchObject({
      code: 'db_file_unusable',
      message: expect.stringContaining('not a SQLite database'),
    });
  });

  it('is refused when it is a directory, or lies below a file', () => {
    mkdirSync(file);
    expect(refusal(file)).toMatchObject({ code: 'db_file_unusable' });
    writeFileSync(path.join(dir, 'plain'), '');
    const below = refusal(path.join(dir, 'plain', 'test.db'));
    expect(below).toMatchObject({
      code: 'db_file_unusable',
      message: expect.stringContaining('not a directory'),
    });
  });

  it.runIf(process.getuid?.() !== 0)(
    'is refused when its directory may not be written',
    async () => {
      await chmod(dir, 0o500);
      expect(refusal(file)).toMatchObject({ code: 'db_file_unusable' });
      await chmod(dir, 0o700);
    },
  );

  it('names the missing tables of a database that was not migrated', async () => {
    const db = openSqlite(file);
    open.push(db);
    await expect(db.q.selectFrom('work_items').selectAll().execute()).rejects.toMatchObject({
      code: 'db_schema_missing',
    });
  });
});

const holdForASecond = `
  const Sqlite = require('better-sqlite3');
  const db = new Sqlite(process.argv[1]);
  db.exec('BEGIN IMMEDIATE');
  console.log('held');
  setTimeout(() => { db.exec('COMMIT'); db.close(); }, 1000);`;

describe('writers that meet', () => {
  it('a change waits until another process gives the file free, and a long wait is counted', async () => {
    const db = await opened();
    const other = new Sqlite(file);
    other.exec('BEGIN IMMEDIATE');
    const writing = db.transaction((tx) =>
      tx.q.insertInto('app_settings').values(setting(db, 'waited')).execute(),
    );
    const deadline = performance.now() + 10_000;
    while (db.stats.busyRetried < 1 && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 10));
    other.exec('COMMIT');
    await writing;
    other.close();
    expect(db.stats.busyRetried).toBe(1);
    expect(await db.q.selectFrom('app_settings').select('name').execute()).toEqual([
      { name: 'waited' },
    ]);
  });

  it('the event loop goes on while another process holds the file for a second', async () => {
    const db = await opened();
    const holder = execa(process.execPath, ['-e', holdForASecond, file]);
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    let ticks = 0;
    const ticking = setInterval(() => {
      ticks += 1;
    }, 5);
    const start = performance.now();
    await Promise.all(
      [1, 2, 3].map((n) =>
        db.transaction((tx) =>
          tx.q
            .insertInto('app_settings')
            .values(setting(db, `n${n}`))
            .execute(),
        ),
      ),
    );
    clearInterval(ticking);
    await holder;
    expect(performance.now() - start).toBeGreaterThan(500);
    // Of 200 in a second, of which a busy machine leaves fewer. Waiting inside SQLite, a tenth of a second at a time,
    // left about ten.
    expect(ticks).toBeGreaterThan(20);
  });

  it('reading goes on while another process writes', async () => {
    const db = await opened();
    const other = new Sqlite(file);
    other.exec(`BEGIN IMMEDIATE; INSERT INTO app_settings VALUES ('open', '', '')`);
    expect(await db.q.selectFrom('app_settings').select('name').execute()).toEqual([]);
    expect(db.stats.busyRetried).toBe(0);
    other.exec('ROLLBACK');
    other.close();
  });

  it('transactions of one process take turns in the order they came', async () => {
    const db = await opened();
    const order: number[] = [];
    await Promise.all(
      [1, 2, 3].map((n) =>
        db.transaction(async (tx) => {
          order.push(n);
          await tx.q
            .insertInto('app_settings')
            .values(setting(db, `n${n}`))
            .execute();
          order.push(-n);
        }),
      ),
    );
    expect(order).toEqual([1, -1, 2, -2, 3, -3]);
    expect(db.stats.pool()).toMatchObject({ used: 0, free: 1, waiting: 0, max: 1 });
  });

  it('a transaction that has ended takes no more statements, not even into the next one', async () => {
    const db = await opened();
    const ended = await db.transaction(async (tx) => tx);
    const late = () => ended.q.insertInto('app_settings').values(setting(db, 'late')).execute();
    await expect(late()).rejects.toThrow('The transaction has ended.');
    await db.transaction(async () => {
      await expect(late()).rejects.toThrow('The transaction has ended.');
    });
    expect(await db.q.selectFrom('app_settings').select('name').execute()).toEqual([]);
  });

  it('a killed process leaves what it committed and nothing of what it had not', async () => {
    const db = await opened();
    const script = `
      const Sqlite = require('better-sqlite3');
      const db = new Sqlite(process.argv[1]);
      db.exec("INSERT INTO app_settings VALUES ('committed', '', '')");
      db.exec("BEGIN IMMEDIATE; INSERT INTO app_settings VALUES ('open', '', '')");
      process.kill(process.pid, 'SIGKILL');`;
    const killed = await execa(process.execPath, ['-e', script, file], { reject: false });
    expect(killed.signal).toBe('SIGKILL');
    await db.transaction((tx) =>
      tx.q.insertInto('app_settings').values(setting(db, 'after')).execute(),
    );
    const names = await db.q.selectFrom('app_settings').select('name').orderBy('name').execute();
    expect(names).toEqual([{ name: 'after' }, { name: 'committed' }]);
  });
});
