/**
 * The seam between the two engines: the words of their SQL, the queue, the totals, the events, retention. Queries are
 * written once with Kysely; what truly differs has one implementation per engine, in files of the same names.
 * Code asks the engine, it never asks which engine it is.
 */
import type { CompiledQuery, Kysely, OperationNodeSource, QueryResult } from 'kysely';
import type { EventStorage } from './events.ts';
import type { Inspection, InspectionOptions } from './inspection.ts';
import type { PurgeStorage } from './purge.ts';
import type { QueueStorage } from './queue/storage.ts';
import type { RoomStorage } from './room.ts';
import type { Database } from './schema.ts';
import type { DatabaseStats } from './stats.ts';
import type { TotalsStorage } from './totals.ts';
import type { SqlWords } from './words.ts';

export type EngineName = 'sqlite' | 'sqlserver';

/**
 * Runs queries: the database itself, or one open transaction. A function that takes a `Session`
 * works in both.
 */
export interface Session {
  readonly q: Kysely<Database>;
  readonly engine: Engine;
  /** Where the database answers within the call, the way to it that takes no turn of the event loop. */
  readonly direct?: DirectStatements;
}

/** Statements whose text was made before, past the query builder; their parameters go to the driver as they are. */
export interface DirectStatements {
  send<O>(query: CompiledQuery<O>): QueryResult<O>;
}

export interface Db extends Session {
  readonly name: EngineName;
  /** For people: `SQLite data/holocron.db` or `SQL Server localhost:1433/Holocron`; no secrets. */
  readonly label: string;
  /** Retries and pool figures of this process since the database was opened. */
  readonly stats: DatabaseStats;
  /**
   * Runs `fn` in one write transaction (BEGIN IMMEDIATE on SQLite, READ COMMITTED on SQL Server) and
   * commits. Transient faults (deadlock victim, lock time-out, busy file, unique race) roll back and
   * run `fn` again, at most 5 times with jitter, so `fn` must have no effects outside the session.
   */
  transaction<T>(fn: (tx: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** A change as the query builder has it, not sent yet. */
export interface Write extends OperationNodeSource {
  execute(): Promise<unknown>;
}

export interface Engine
  extends SqlWords,
    QueueStorage,
    TotalsStorage,
    EventStorage,
    PurgeStorage,
    RoomStorage {
  readonly name: EngineName;
  /**
   * Sends changes one after another, in one message where the database is away. They are all or nothing where the
   * session is a transaction, and nowhere else.
   */
  together(session: Session, writes: readonly Write[]): Promise<void>;
  /**
   * Runs a read with a statement time-out; throws DatabaseError `db_statement_timeout` when it
   * took longer.
   */
  withTimeout<T>(session: Session, ms: number, fn: (s: Session) => Promise<T>): Promise<T>;
  /**
   * Examines the database and changes nothing. What the login may not see is left out and said. Takes seconds on a
   * busy server, and with `thorough` as long as it takes to read an embedded database once.
   */
  inspect(session: Session, options: InspectionOptions): Promise<Inspection>;
  /**
   * Where the tables are when the configured schema has none of them and others of the database do; null
   * otherwise, and where there are no schemas.
   */
  tablesElsewhere(session: Session): Promise<TablesElsewhere | null>;
}

export interface TablesElsewhere {
  readonly configured: string;
  /** The first few, by name; at least one. */
  readonly found: readonly string[];
}
