/** Reaches the database to migrate: waits for a server that starts, makes the database, asks for row versions. */
import { DatabaseError } from '../errors.ts';
import type { SqlServerSettings } from '../settings/model.ts';
import type { TdsConnection } from '../sqlserver/connection.ts';
import { hasRowVersions, rowVersionsOff } from '../sqlserver/row-versions.ts';
import { quoteServer, serverMessages } from '../sqlserver/server-messages.ts';
import { pause } from '../transaction.ts';
import type { MigrationRun } from './run.ts';

type Session = Pick<TdsConnection, 'executeBatch' | 'close'>;
export type Connect<S extends Session> = (settings: SqlServerSettings) => Promise<S>;

/** Looking something up takes no longer on a server that works, ms. */
const lookUpMs = 30_000;
/** Making a database, with its files, ms. */
const createMs = 300_000;
/** A server that starts refuses logins too, but who is refused often is locked out, ms. */
const betweenLoginsMs = 5_000;

/** Not there yet: starting, upgrading its own scripts, resuming, failing over. */
const startingUp: readonly string[] = [
  'db_connection_refused',
  'db_connect_timeout',
  'db_host_unknown',
  'db_connection_lost',
  'db_busy',
  'db_login_failed',
];

/** Given only of a database that another process is making at this moment. */
const settling: readonly string[] = ['db_missing', 'db_rcsi_off'];

export interface Reached<S> {
  /** Null in a dry run over a database that does not exist. */
  readonly connection: S | null;
  readonly created: boolean;
}

/**
 * A connection to the database of the settings, made when it is missing, with row versions. Ends within about
 * `run.waitTimeoutMs`, or throws DatabaseError.
 */
export async function reachDatabase<S extends Session>(
  settings: SqlServerSettings,
  run: MigrationRun,
  connect: Connect<S>,
): Promise<Reached<S>> {
  const wait = new Wait(settings, run);
  let created = false;
  for (;;) {
    let connection: S;
    try {
      connection = await connect(settings);
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== 'db_missing') {
        await wait.orThrow(error);
        continue;
      }
      const found = await lookUp(settings, connect, wait);
      if (found.exists) await wait.orThrow(found.fault ?? error);
      else if (run.dryRun) return { connection: null, created: true };
      else created = await create(settings, run, connect, found.edition);
      continue;
    }
    if (created) run.log(`✓ Created the database ${settings.database}`);
    const versioned = await withRowVersions(settings, run, { connection, connect, wait });
    if (versioned) return { connection: versioned, created };
  }
}

/** The time to wait for what may still come right; each reason is said once. */
class Wait {
  readonly #host: string;
  readonly #log: MigrationRun['log'];
  readonly #end: number;
  #said = '';

  constructor({ host }: SqlServerSettings, run: MigrationRun) {
    this.#host = host;
    this.#log = run.log;
    this.#end = performance.now() + run.waitTimeoutMs;
  }

  /** Pauses before the next try; throws what waiting cannot cure, and everything once the time is over. */
  async orThrow(error: unknown): Promise<void> {
    const left = this.#end - performance.now();
    if (!(error instanceof DatabaseError) || left <= 0) throw error;
    if (!startingUp.includes(error.code) && !settling.includes(error.code)) throw error;
    if (this.#said !== error.code) {
      const seconds = Math.ceil(left / 1_000);
      this.#log(`  - Waiting up to ${seconds} s for SQL Server at ${this.#host}: ${error.message}`);
      this.#said = error.code;
    }
    const between = error.code === 'db_login_failed' ? betweenLoginsMs : 1_000;
    await pause(Math.min(between, left));
  }
}

interface Found {
  readonly exists: boolean;
  /** `EngineEdition`; 5 is Azure SQL Database. */
  readonly edition: number;
  /** Why an existing one cannot be opened; undefined when it may just be coming up. */
  readonly fault?: DatabaseError;
}

/** What `master` knows of the database. Throws when this login may not open `master` either. */
async function lookUp<S extends Session>(
  settings: SqlServerSettings,
  connect: Connect<S>,
  wait: Wait,
): Promise<Found> {
  let master: S;
  try {
    master = await connect({ ...settings, database: 'master' });
  } catch (error) {
    if (error instanceof DatabaseError && startingUp.includes(error.code)) {
      await wait.orThrow(error);
      return lookUp(settings, connect, wait);
    }
    throw closed(settings, error);
  }
  try {
    const [row] = await master.executeBatch(
      `SELECT d.[state] AS [state], d.[state_desc] AS [state_desc], HAS_DBACCESS(d.[name]) AS [access],
         CONVERT(INT, SERVERPROPERTY(N'EngineEdition')) AS [edition]
       FROM (SELECT 1 AS [one]) AS o LEFT JOIN sys.databases AS d ON d.[name] = ${text(settings.database)}`,
      { timeoutMs: lookUpMs },
    );
    const edition = Number(row?.['edition'] ?? 0);
    if (!row || row['state'] === null) return { exists: false, edition };
    const state = Number(row['state']);
    if (state > 0)
      return { exists: true, edition, fault: notOnline(settings, state, row['state_desc']) };
    if (row['access'] === 0) return { exists: true, edition, fault: noUser(settings) };
    return { exists: true, edition };
  } finally {
    await master.close();
  }
}

function closed({ database, user }: SqlServerSettings, cause: unknown): DatabaseError {
  return new DatabaseError(
    'db_permission_denied',
    `The login ${user} may open neither the database ${database}, if there is one, nor master to look for it.`,
    { remedy: userRemedy(database, user), cause },
  );
}

function noUser({ database, user }: SqlServerSettings): DatabaseError {
  return new DatabaseError(
    'db_permission_denied',
    `The database ${database} exists, but the login ${user} may not open it.`,
    { remedy: userRemedy(database, user) },
  );
}

const userRemedy = (database: string, user: string) =>
  `Have an administrator run, in ${database}: CREATE USER [${user}] FOR LOGIN [${user}]; for the first migration also: ALTER ROLE db_owner ADD MEMBER [${user}].`;

/** 1 restoring, 2 recovering, 3 recovery pending; the others do not end by themselves. */
function notOnline({ database }: SqlServerSettings, state: number, name: unknown): DatabaseError {
  return new DatabaseError(
    state <= 2 ? 'db_busy' : 'db_error',
    `The database ${database} is in the state ${String(name)}.`,
    { remedy: 'Bring it online (the server’s log says why it is not), then run this again.' },
  );
}

/** False when another starter was faster. Makes nothing on Azure SQL unasked: it would be billed. */
async function create<S extends Session>(
  settings: SqlServerSettings,
  run: MigrationRun,
  connect: Connect<S>,
  edition: number,
): Promise<boolean> {
  const { database, user } = settings;
  if (edition === azureSql && !run.create) {
    throw new DatabaseError('db_missing', `This Azure SQL server has no database ${database}.`, {
      remedy:
        'Check INGEST_SQLSERVER_DATABASE. To have it made, billed at the server’s default tier, run “pnpm db:init --create”.',
    });
  }
  const master = await connect({ ...settings, database: 'master' });
  // Settings allow no bracket in the name.
  const name = `[${database}]`;
  try {
    await master.executeBatch(`CREATE DATABASE ${name}`, { timeoutMs: createMs });
    if (edition !== azureSql) {
      await master
        .executeBatch(`ALTER DATABASE ${name} SET READ_COMMITTED_SNAPSHOT ON`, {
          timeoutMs: lookUpMs,
        })
        .catch(() => {
          // Asked for again, with the remedy, once the database is open.
        });
    }
    return true;
  } catch (error) {
    if (await existsIn(master, database)) return false;
    const denied = error instanceof DatabaseError && error.code === 'db_permission_denied';
    throw new DatabaseError(
      denied ? 'db_permission_denied' : 'db_migration_failed',
      `The database ${database} is missing and could not be made. ${quoteServer(error) ?? ''}`.trim(),
      {
        remedy: denied
          ? `Have an administrator run CREATE DATABASE ${name} and CREATE USER [${user}] FOR LOGIN [${user}] in it, or grant the login the server role dbcreator.`
          : 'Correct the cause, or have an administrator make the database, then run this again.',
        cause: error,
      },
    );
  } finally {
    await master.close();
  }
}

const azureSql = 5;

async function existsIn(master: Session, database: string): Promise<boolean> {
  const rows = await master
    .executeBatch(`SELECT 1 AS [found] WHERE DB_ID(${text(database)}) IS NOT NULL`, {
      timeoutMs: lookUpMs,
    })
    .catch(() => []);
  return rows.length > 0;
}

/** The connection when the database keeps row versions; null when they were turned on meanwhile: connect again. */
async function withRowVersions<S extends Session>(
  settings: SqlServerSettings,
  run: MigrationRun,
  { connection, connect, wait }: { connection: S; connect: Connect<S>; wait: Wait },
): Promise<S | null> {
  const versions = await versionsOf(connection);
  if (versions === 'on') return connection;
  if (run.enableRcsi && run.dryRun) {
    run.log(`  - Would turn on row versions in ${settings.database}`);
    return connection;
  }
  // Turning them on needs the database for itself, whoever does it.
  await connection.close();
  if (!run.enableRcsi) {
    if (versions === 'off') throw rowVersionsOff(settings.database);
    await wait.orThrow(rowVersionsOff(settings.database));
    return null;
  }
  await turnOn(settings, connect, wait);
  run.log(`✓ Turned on row versions (READ_COMMITTED_SNAPSHOT) in ${settings.database}`);
  return null;
}

/** Closes the connection when the answer fails. */
async function versionsOf(connection: Session): Promise<'on' | 'off' | 'to come'> {
  try {
    if (await hasRowVersions(connection)) return 'on';
    return (await isBeingMade(connection)) ? 'to come' : 'off';
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** Young and empty: another starter has made it and is about to turn on row versions. */
async function isBeingMade(connection: Session): Promise<boolean> {
  const rows = await connection.executeBatch(
    `SELECT 1 AS [found] FROM sys.databases WHERE [database_id] = DB_ID()
       AND [create_date] > DATEADD(minute, -5, GETDATE()) AND NOT EXISTS (SELECT 1 FROM sys.tables)`,
    { timeoutMs: lookUpMs },
  );
  return rows.length > 0;
}

/** Needs the database for itself for a moment. Ends nobody's session: it tries until the others are gone. */
async function turnOn<S extends Session>(
  settings: SqlServerSettings,
  connect: Connect<S>,
  wait: Wait,
): Promise<void> {
  const { database } = settings;
  const master = await connect({ ...settings, database: 'master' });
  try {
    for (;;) {
      try {
        // Without NO_WAIT it would wait for the others for ever, and keep newcomers out meanwhile.
        const sql = `ALTER DATABASE [${database}] SET READ_COMMITTED_SNAPSHOT ON WITH NO_WAIT`;
        await master.executeBatch(sql, { timeoutMs: lookUpMs });
        return;
      } catch (error) {
        const inUse = serverMessages(error).some(({ number }) => number === 5070);
        const remedy = inUse
          ? 'Stop the workers, the console and whatever else is connected (sp_who2 lists it), then run this again.'
          : 'Have the owner of the database run ALTER DATABASE … SET READ_COMMITTED_SNAPSHOT ON.';
        const fault = new DatabaseError(
          inUse ? 'db_busy' : 'db_rcsi_off',
          inUse
            ? `Row versions cannot be turned on in ${database} while others use it.`
            : `Row versions could not be turned on in ${database}. ${quoteServer(error) ?? ''}`.trim(),
          { remedy, cause: error },
        );
        if (!inUse) throw fault;
        await wait.orThrow(fault);
      }
    }
  } finally {
    await master.close();
  }
}

const text = (value: string) => `N'${value.replaceAll("'", "''")}'`;
