/** Kysely's SQLite dialect over our two handles: reads never wait for a write transaction. */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteDialect,
  type TransactionSettings,
} from 'kysely';
import { checkDeadline, millisecondsLeft } from '../deadline.ts';
import type { DirectStatements } from '../engine.ts';
import { classifySqliteError } from './classify-error.ts';
import { type CachingHandle, openSnapshot, type SqliteFile } from './file.ts';

class TwoHandleAdapter extends SqliteAdapter {
  // Kysely would otherwise queue every query behind an open transaction.
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

export class SqliteFileDialect extends SqliteDialect {
  readonly #file: SqliteFile;

  constructor(file: SqliteFile) {
    // The parent only makes compiler and introspector; it never sees a database.
    super({ database: () => Promise.reject(new Error('The file dialect has its own driver.')) });
    this.#file = file;
  }

  override createDriver(): Driver {
    return new SqliteFileDriver(this.#file);
  }

  override createAdapter(): SqliteAdapter {
    return new TwoHandleAdapter();
  }
}

class SqliteFileDriver implements Driver {
  readonly #file: SqliteFile;

  constructor(file: SqliteFile) {
    this.#file = file;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return new SqliteConnection(this.#file);
  }

  async beginTransaction(
    connection: DatabaseConnection,
    { accessMode }: TransactionSettings,
  ): Promise<void> {
    await (accessMode === 'read only'
      ? ours(connection).beginSnapshot()
      : ours(connection).begin());
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await ours(connection).commit();
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    ours(connection).rollback();
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    ours(connection).rollback();
  }

  async destroy(): Promise<void> {
    this.#file.close();
  }
}

function ours(connection: DatabaseConnection): SqliteConnection {
  if (connection instanceof SqliteConnection) return connection;
  throw new TypeError('A connection of another driver.');
}

export class SqliteConnection implements DatabaseConnection, DirectStatements {
  readonly #file: SqliteFile;
  /** Set while this connection has an open transaction on the writing handle. */
  #release: (() => void) | null = null;
  /** Set while this connection reads one moment of the file, through a handle of its own. */
  #snapshot: CachingHandle | null = null;
  /** A transaction has ended here: who still sends something would not know that it is not part of it. */
  #ended = false;

  constructor(file: SqliteFile) {
    this.#file = file;
  }

  /**
   * BEGIN IMMEDIATE: a deferred transaction that reads first and writes later meets SQLITE_BUSY
   * without any waiting when another process wrote in between.
   */
  async begin(): Promise<void> {
    const release = await this.#file.lockWriter();
    try {
      await this.#file.retryTransient(() => this.#file.writer.exec('BEGIN IMMEDIATE'));
      this.#release = release;
      this.#ended = false;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** All reads until the end see the same moment; it holds up no writer. */
  async beginSnapshot(): Promise<void> {
    const snapshot = openSnapshot(this.#file.path);
    this.#snapshot = snapshot;
    // The transaction begins with its first read.
    await this.#file.retryTransient(() =>
      snapshot.exec('BEGIN; SELECT count(*) FROM sqlite_master'),
    );
  }

  #endSnapshot(): boolean {
    const snapshot = this.#snapshot;
    this.#snapshot = null;
    snapshot?.close();
    return snapshot !== null;
  }

  async commit(): Promise<void> {
    if (this.#endSnapshot()) return;
    await this.#file.retryTransient(() => this.#file.writer.exec('COMMIT'));
    this.#end();
  }

  rollback(): void {
    if (this.#endSnapshot() || !this.#release) return;
    try {
      if (this.#file.writer.inTransaction) this.#file.writer.exec('ROLLBACK');
    } finally {
      this.#end();
    }
  }

  #end(): void {
    this.#release?.();
    this.#release = null;
    this.#ended = true;
  }

  send<O>({ sql, parameters }: CompiledQuery<O>): QueryResult<O> {
    const handle = this.#writing();
    checkDeadline();
    try {
      return run(handle, sql, parameters);
    } catch (error) {
      throw classifySqliteError(error, this.#file.path);
    }
  }

  #writing(): CachingHandle {
    if (this.#release === null) throw new Error('The transaction has ended.');
    return this.#file.writer;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#ended) throw new Error('The transaction has ended.');
    checkDeadline();
    const parameters = query.parameters.map(toSqlite);
    const snapshot = this.#snapshot;
    if (snapshot) return this.#file.retryTransient(() => run(snapshot, query.sql, parameters));
    if (this.#release)
      return this.#file.retryTransient(() => run(this.#file.writer, query.sql, parameters));
    const readOnly = await this.#file.retryTransient(
      () => this.#file.reader.prepare(query.sql).readonly,
    );
    if (readOnly) {
      return this.#file.retryTransient(() => run(this.#file.reader, query.sql, parameters));
    }
    const release = await this.#file.lockWriter();
    try {
      return await this.#file.retryTransient(() => run(this.#file.writer, query.sql, parameters));
    } finally {
      release();
    }
  }

  // biome-ignore lint/correctness/useYield: the interface asks for a generator; this one refuses.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    // An open cursor would keep the handle, and with it every other reader of the process.
    throw new Error('Queries are not streamed; read keyset pages.');
  }
}

/**
 * SQLite gives no way to interrupt a running statement through better-sqlite3, so the deadline is
 * looked at with every row it yields: a query that finds nothing for long ends late, not never.
 */
function run<R>(
  handle: CachingHandle,
  sql: string,
  parameters: readonly unknown[],
): QueryResult<R> {
  const statement = handle.prepare(sql);
  if (!statement.reader) {
    const { changes } = statement.run(parameters);
    return { numAffectedRows: BigInt(changes), rows: [] };
  }
  if (!statement.readonly || millisecondsLeft() === null) {
    // The row type is what the caller's query builder inferred from the schema.
    return { rows: statement.all(parameters) as R[] };
  }
  const rows: R[] = [];
  for (const row of statement.iterate(parameters)) {
    if (rows.length % 64 === 0) checkDeadline();
    rows.push(row as R);
  }
  checkDeadline();
  return { rows };
}

/** A parameter as the driver takes it. */
export function toSqlite(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === undefined) return null;
  if (value instanceof Date) {
    throw new TypeError('Times are ISO strings of the database clock, never Date objects.');
  }
  return value;
}
