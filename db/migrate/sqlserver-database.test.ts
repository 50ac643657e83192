import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DatabaseError, type DatabaseErrorCode } from '../errors.ts';
import { resolveDatabaseSettings, type SqlServerSettings } from '../settings/settings.ts';
import type { MigrationRun } from './run.ts';
import { reachDatabase } from './sqlserver-database.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const settings = (() => {
  const resolved = resolveDatabaseSettings({ DB_BACKEND: 'sqlserver', MSSQL_SA_PASSWORD: 'hush' });
  if (resolved.engine !== 'sqlserver') throw new Error('expected SQL Server');
  return { ...resolved, database: 'Shop', user: 'shop_init' };
})();

/** A server in memory, as far as reaching a database goes: what it holds, and how it refuses. */
class FakeServer {
  edition = 3;
  /** The database; null when there is none. */
  shop: { state: number; access: number; rcsi: boolean } | null = {
    state: 0,
    access: 1,
    rcsi: true,
  };
  master = true;
  mayCreate = true;
  /** Refusals of the next connections, whatever they ask for. */
  readonly refusals: DatabaseErrorCode[] = [];
  /** How often `master` is asked until a recovering database is open. */
  recoversAfter = Number.POSITIVE_INFINITY;
  /** How often the database is found young and empty until its maker has turned row versions on. */
  beingMadeFor = 0;
  /** How often turning on row versions is refused since others use the database. */
  othersFor = 0;
  readonly sent: string[] = [];
  open = 0;

  readonly connect = async ({ database }: SqlServerSettings) => {
    const refusal = this.refusals.shift();
    if (refusal) throw fault(refusal);
    const opens =
      database === 'master' ? this.master : this.shop?.state === 0 && this.shop.access === 1;
    if (!opens) throw fault('db_missing', 4060);
    this.open += 1;
    return {
      executeBatch: async (sql: string) => this.#execute(sql),
      close: async () => {
        this.open -= 1;
      },
    };
  };

  #execute(sql: string): Record<string, unknown>[] {
    this.sent.push(sql);
    if (sql.includes('create_date')) {
      this.beingMadeFor -= 1;
      if (this.beingMadeFor === 0 && this.shop) this.shop.rcsi = true;
      return this.beingMadeFor >= 0 ? [{ found: 1 }] : [];
    }
    if (sql.includes('is_read_committed_snapshot_on')) {
      return [{ on: this.shop?.rcsi, version: 'Microsoft SQL Server 2022 (RTM)' }];
    }
    if (sql.includes('HAS_DBACCESS')) {
      const { state = null, access = null } = this.shop ?? {};
      this.recoversAfter -= 1;
      if (this.shop && this.recoversAfter <= 0) this.shop.state = 0;
      return [
        {
          state,
          state_desc: state === 2 ? 'RECOVERING' : 'OFFLINE',
          access,
          edition: this.edition,
        },
      ];
    }
    if (sql.startsWith('CREATE DATABASE')) {
      if (!this.mayCreate)
        throw fault('db_permission_denied', 262, 'CREATE DATABASE permission denied.');
      this.shop = { state: 0, access: 1, rcsi: false };
    } else if (sql.startsWith('ALTER DATABASE')) {
      if (this.othersFor-- > 0) throw fault('db_error', 5070, 'Others are using the database.');
      if (this.shop) this.shop.rcsi = true;
    } else if (sql.includes('DB_ID(')) return this.shop ? [{ found: 1 }] : [];
    return [];
  }
}

function fault(code: DatabaseErrorCode, number = 0, text: string = code): DatabaseError {
  const cause = Object.assign(new Error(text), { number, class: 14, state: 1 });
  return new DatabaseError(code, `refused with ${code}`, { remedy: '', cause });
}

function reach(server: FakeServer, over: Partial<MigrationRun> = {}) {
  const lines: string[] = [];
  const run: MigrationRun = {
    files: [],
    dryRun: false,
    create: false,
    enableRcsi: false,
    waitTimeoutMs: 20_000,
    log: (line) => lines.push(line),
    ...over,
  };
  const reaching = reachDatabase(settings, run, server.connect);
  // Its pauses pass at once; the caller looks at how it ended.
  const reached = Promise.allSettled([reaching, vi.runAllTimersAsync()]).then(() => reaching);
  return { lines, reached };
}

describe('reaching the database to migrate', () => {
  it('opens one that is there', async () => {
    const server = new FakeServer();
    const { reached, lines } = reach(server);
    expect(await reached).toMatchObject({ created: false, connection: expect.anything() });
    expect([lines, server.open]).toEqual([[], 1]);
  });

  it.each<DatabaseErrorCode>(['db_connection_refused', 'db_busy', 'db_connection_lost'])(
    'waits while a server that starts answers %s, and says so once',
    async (code) => {
      const server = new FakeServer();
      server.refusals.push(code, code);
      const { reached, lines } = reach(server);
      expect((await reached).connection).not.toBeNull();
      expect(lines).toEqual([expect.stringMatching(new RegExp(`Waiting up to 20 s .*${code}`))]);
    },
  );

  it('a login that is refused within the wait may be a server that still starts', async () => {
    const server = new FakeServer();
    server.refusals.push('db_login_failed');
    const { reached } = reach(server, { waitTimeoutMs: 200 });
    expect((await reached).connection).not.toBeNull();
  });

  it('ends with the refusal once the time is over', async () => {
    const server = new FakeServer();
    server.refusals.push('db_login_failed', 'db_login_failed', 'db_login_failed');
    const { reached } = reach(server, { waitTimeoutMs: 100 });
    await expect(reached).rejects.toMatchObject({ code: 'db_login_failed' });
    await expect(reach(server, { waitTimeoutMs: 0 }).reached).rejects.toMatchObject({
      code: 'db_login_failed',
    });
  });

  it('makes a missing database, with row versions, and says so once it is open', async () => {
    const server = new FakeServer();
    server.shop = null;
    const { reached, lines } = reach(server);
    expect(await reached).toMatchObject({ created: true });
    expect(server.shop).toMatchObject({ rcsi: true });
    expect(lines).toEqual(['✓ Created the database Shop']);
    expect(server.open).toBe(1);
  });

  it('a dry run makes none', async () => {
    const server = new FakeServer();
    server.shop = null;
    expect(await reach(server, { dryRun: true }).reached).toEqual({
      connection: null,
      created: true,
    });
    expect([server.shop, server.open]).toEqual([null, 0]);
  });

  it('that may not be made says who can, leaves no connection open and never says it was made', async () => {
    const server = new FakeServer();
    server.shop = null;
    server.mayCreate = false;
    const { reached, lines } = reach(server);
    await expect(reached).rejects.toMatchObject({
      code: 'db_permission_denied',
      message: expect.stringContaining(
        'Msg 262, Level 14, State 1: CREATE DATABASE permission denied.',
      ),
      remedy: expect.stringContaining('CREATE DATABASE [Shop]'),
    });
    expect([lines, server.open]).toEqual([[], 0]);
  });

  it('that is not on Azure SQL is made there only when that is asked for', async () => {
    const server = new FakeServer();
    server.edition = 5;
    server.shop = null;
    await expect(reach(server).reached).rejects.toMatchObject({
      code: 'db_missing',
      remedy: expect.stringContaining('--create'),
    });
    expect(server.shop).toBeNull();
    // The versions are on by default there; here they have to be asked for.
    const asked = reach(server, { create: true, enableRcsi: true });
    expect(await asked.reached).toMatchObject({ created: true });
  });

  it('that exists without a user for the login says what to grant, and changes nothing', async () => {
    const server = new FakeServer();
    server.shop = { state: 0, access: 0, rcsi: false };
    const { reached, lines } = reach(server);
    await expect(reached).rejects.toMatchObject({
      code: 'db_permission_denied',
      message: 'The database Shop exists, but the login shop_init may not open it.',
      remedy: expect.stringContaining('CREATE USER [shop_init]'),
    });
    expect([lines, server.open]).toEqual([[], 0]);
    expect(server.sent.some((sql) => /^(ALTER|CREATE) DATABASE/.test(sql))).toBe(false);
  });

  it('says so when the login may not even look', async () => {
    const server = new FakeServer();
    server.shop = null;
    server.master = false;
    await expect(reach(server).reached).rejects.toMatchObject({ code: 'db_permission_denied' });
  });

  it('waits for one that recovers, and not for one that is offline', async () => {
    const server = new FakeServer();
    server.shop = { state: 2, access: 1, rcsi: true };
    server.recoversAfter = 2;
    const { reached, lines } = reach(server);
    expect((await reached).connection).not.toBeNull();
    expect(lines).toEqual([expect.stringContaining('RECOVERING')]);
    server.recoversAfter = Number.POSITIVE_INFINITY;
    server.shop.state = 6;
    await expect(reach(server).reached).rejects.toMatchObject({
      message: 'The database Shop is in the state OFFLINE.',
    });
  });
});

describe('row versions', () => {
  it('are asked for in a database that exists', async () => {
    const server = new FakeServer();
    server.shop = { state: 0, access: 1, rcsi: false };
    await expect(reach(server).reached).rejects.toMatchObject({
      code: 'db_rcsi_off',
      remedy: expect.stringContaining('--enable-rcsi'),
    });
    expect([server.shop.rcsi, server.open]).toEqual([false, 0]);
  });

  it('are waited for while another process is making the database', async () => {
    const server = new FakeServer();
    server.shop = { state: 0, access: 1, rcsi: false };
    server.beingMadeFor = 3;
    expect((await reach(server).reached).connection).not.toBeNull();
    expect(server.open).toBe(1);
    server.shop.rcsi = false;
    server.beingMadeFor = Number.POSITIVE_INFINITY;
    await expect(reach(server).reached).rejects.toMatchObject({ code: 'db_rcsi_off' });
    expect(server.open).toBe(1);
  });

  it('are turned on when that is wanted, once nobody else uses the database', async () => {
    const server = new FakeServer();
    server.shop = { state: 0, access: 1, rcsi: false };
    server.othersFor = 1;
    const { reached, lines } = reach(server, { enableRcsi: true });
    expect((await reached).connection).not.toBeNull();
    expect(lines).toEqual([
      expect.stringContaining('while others use it'),
      '✓ Turned on row versions (READ_COMMITTED_SNAPSHOT) in Shop',
    ]);
    expect([server.shop.rcsi, server.open]).toEqual([true, 1]);
  });

  it('are not turned on while others stay, and those are left alone', async () => {
    const server = new FakeServer();
    server.shop = { state: 0, access: 1, rcsi: false };
    server.othersFor = 100;
    const { reached } = reach(server, { enableRcsi: true, waitTimeoutMs: 100 });
    await expect(reached).rejects.toMatchObject({
      code: 'db_busy',
      remedy: expect.stringContaining('Stop the workers'),
    });
    expect(server.open).toBe(0);
    expect(server.sent.join()).not.toContain('ROLLBACK IMMEDIATE');
  });

  it('are not turned on by a dry run', async () => {
    const server = new FakeServer();
    server.shop = { state: 0, access: 1, rcsi: false };
    const { reached, lines } = reach(server, { enableRcsi: true, dryRun: true });
    expect((await reached).connection).not.toBeNull();
    expect(lines).toEqual(['  - Would turn on row versions in Shop']);
    expect(server.shop.rcsi).toBe(false);
  });
});
