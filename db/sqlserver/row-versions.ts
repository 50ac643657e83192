/** Row versions (READ_COMMITTED_SNAPSHOT): without them readers and claims would wait for every open change. */
import { DatabaseError } from '../errors.ts';
import type { TdsConnection } from './connection.ts';

/** A server that lives answers from its catalogue sooner, ms. */
const answerMs = 15_000;

type Session = Pick<TdsConnection, 'executeBatch'>;

/** Of the database the session is in. A server that is not SQL Server keeps versions by nature. */
export async function hasRowVersions(session: Session): Promise<boolean> {
  const [row] = await session.executeBatch(
    `SELECT [is_read_committed_snapshot_on] AS [on], @@VERSION AS [version]
     FROM sys.databases WHERE [database_id] = DB_ID()`,
    { timeoutMs: answerMs },
  );
  // A login sees at least the database it is in; what is not told is not taken for a fault.
  if (!row || !String(row['version']).startsWith('Microsoft SQL')) return true;
  return Boolean(row['on']);
}

export function rowVersionsOff(database: string): DatabaseError {
  return new DatabaseError(
    'db_rcsi_off',
    `The database ${database} keeps no row versions: READ_COMMITTED_SNAPSHOT is off.`,
    {
      remedy: `Stop what uses the database and run “pnpm db:init --enable-rcsi”, or have its owner run ALTER DATABASE [${database}] SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE.`,
    },
  );
}
