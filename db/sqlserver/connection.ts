/** One TDS connection: connects, runs one statement at a time, begins and ends transactions. */
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import { Connection } from 'tedious';
import { isInBackground } from '../background.ts';
import { checkDeadline, limitInForce, millisecondsLeft, statementTimeout } from '../deadline.ts';
import { DatabaseError } from '../errors.ts';
import type { SqlServerSettings } from '../settings/model.ts';
import { backoffMs, pause } from '../transaction.ts';
import { classifySqlServerError } from './classify-error.ts';
import { connectionConfiguration, sessionOptions } from './connection-configuration.ts';
import { ignorePartnerTokens } from './partner-token.ts';
import { PlannableRequest, typedParameter } from './request.ts';

/** A live server answers sooner; a dead one must not hold up whoever needs a connection, ms. */
const aliveWithinMs = 2_000;
/** The numbers of messages that a script gives as text, by RAISERROR and by PRINT. */
const numbersOfText: readonly number[] = [50_000, 0];
/** Within the text that sp_executesql runs: it holds for the statement and is undone by the server. */
const givesUpFirst = 'set deadlock_priority low; ';
/** How often a read is sent at most. */
const maxReads = 5;

ignorePartnerTokens();

/**
 * Throws DatabaseError when the server cannot be reached or refuses.
 * @param onReadAgain called when a read is sent again, since the server took it for a deadlock's victim
 */
export async function connect(
  settings: SqlServerSettings,
  onReadAgain: () => void = () => undefined,
): Promise<TdsConnection> {
  const connection = new Connection(connectionConfiguration(settings));
  const serverNumbers: number[] = [];
  const remember = (message: { readonly number: number }) => serverNumbers.push(message.number);
  connection.on('errorMessage', remember);
  // An error event without a listener would end the process.
  connection.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => {
      connection.off('errorMessage', remember);
      if (!error) return resolve();
      connection.close();
      reject(classifySqlServerError(error, { settings, during: 'connect', serverNumbers }));
    });
  });
  const connected = new TdsConnection(connection, settings, onReadAgain);
  try {
    await connected.executeBatch(sessionOptions(settings), {
      timeoutMs: settings.connectTimeoutMs,
    });
    return connected;
  } catch (error) {
    await connected.close();
    throw error;
  }
}

/** What the query builder has made as one. Under row versions it takes no lock that a writer waits for. */
const isRead = ({ query }: CompiledQuery) => query.kind === 'SelectQueryNode';

interface BatchOptions {
  /** 0: none. */
  readonly timeoutMs?: number;
  readonly onMessage?: (text: string) => void;
}

export class TdsConnection implements DatabaseConnection {
  readonly #connection: Connection;
  readonly #settings: SqlServerSettings;
  readonly #onReadAgain: () => void;
  #closed = false;
  #inTransaction = false;
  /** Why the server ended the transaction; what follows in it must not run outside of it. */
  #doomed: unknown = null;
  /** Once a victim, it is not used again: some servers go on answering with what ended its transaction. */
  #wasVictim = false;
  #lastUsed = performance.now();

  constructor(connection: Connection, settings: SqlServerSettings, onReadAgain: () => void) {
    this.#connection = connection;
    this.#settings = settings;
    this.#onReadAgain = onReadAgain;
    connection.on('error', () => {
      this.#closed = true;
    });
    connection.on('end', () => {
      this.#closed = true;
    });
  }

  /** Open, in no transaction, and to be trusted. */
  isAtRest(): boolean {
    return !this.#closed && !this.#inTransaction && !this.#wasVictim;
  }

  /** When it last had an answer, by the process's monotonic clock, ms. */
  get idleSince(): number {
    return this.#lastUsed;
  }

  /** Whether the server still answers on it. */
  async answers(): Promise<boolean> {
    try {
      await this.#run('select 1', [], { timeoutMs: aliveWithinMs });
      return true;
    } catch {
      return false;
    }
  }

  async begin(): Promise<void> {
    await this.#control((done) => this.#connection.beginTransaction(done));
    this.#inTransaction = true;
    this.#doomed = null;
  }

  async commit(): Promise<void> {
    if (this.#doomed) throw this.#doomed;
    await this.#control((done) => this.#connection.commitTransaction(done));
    this.#inTransaction = false;
  }

  async rollback(): Promise<void> {
    if (this.#doomed) {
      this.#inTransaction = false;
      this.#wasVictim = true;
      return;
    }
    await this.#control((done) => this.#connection.rollbackTransaction(done));
    this.#inTransaction = false;
  }

  /** A read outside a transaction that was chosen as a deadlock's victim is sent again: it has changed nothing. */
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const isPlainRead = isRead(query) && !this.#inTransaction;
    for (let run = 1; ; run += 1) {
      try {
        return await this.#execute(query);
      } catch (error) {
        const isVictim = error instanceof DatabaseError && error.code === 'db_deadlock';
        if (!isPlainRead || !isVictim || run >= maxReads) throw error;
        this.#onReadAgain();
        await pause(backoffMs(run));
      }
    }
  }

  async #execute<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    checkDeadline();
    if (this.#doomed) throw this.#doomed;
    const left = millisecondsLeft();
    // A read locks no row that others could want: it keeps the text, and so the plan, that everybody's has.
    const givesWay = isInBackground() && !isRead(query);
    const text = givesWay ? `${givesUpFirst}${query.sql}` : query.sql;
    const { rows, rowCount } = await this.#run(text, query.parameters, {
      // 0 would mean no limit.
      timeoutMs: left === null ? this.#settings.requestTimeoutMs : Math.max(1, left),
    });
    // The row type is what the caller's query builder inferred from the schema.
    return { rows: rows as R[], numAffectedRows: BigInt(rowCount) };
  }

  /**
   * A batch of a script, sent as it is (no parameters). Without a time limit unless one is given.
   * @param onMessage gets what the batch says on its way (PRINT, RAISERROR … WITH NOWAIT)
   */
  async executeBatch(
    sql: string,
    { timeoutMs = 0, onMessage }: BatchOptions = {},
  ): Promise<Record<string, unknown>[]> {
    const listen = ({ number, message }: { number: number; message: string }) => {
      if (numbersOfText.includes(number)) onMessage?.(message);
    };
    this.#connection.on('infoMessage', listen);
    try {
      const { rows } = await this.#run(sql, null, { timeoutMs });
      return rows;
    } finally {
      this.#connection.off('infoMessage', listen);
    }
  }

  // biome-ignore lint/correctness/useYield: the interface asks for a generator; this one refuses.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    // An open result would hold the connection and its locks as long as the reader likes.
    throw new Error('Queries are not streamed; read keyset pages.');
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await new Promise<void>((resolve) => {
      this.#connection.once('end', () => resolve());
      this.#connection.close();
    });
  }

  #control(start: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      start((error) => {
        this.#lastUsed = performance.now();
        if (!error) resolve();
        else reject(this.#classified(error));
      });
    });
  }

  /** `parameters` null: as a plain batch, else through sp_executesql. `timeoutMs` 0: no limit. */
  #run(
    sql: string,
    parameters: readonly unknown[] | null,
    { timeoutMs }: { readonly timeoutMs: number },
  ): Promise<{ rows: Record<string, unknown>[]; rowCount: number }> {
    return new Promise((resolve, reject) => {
      const rows: Record<string, unknown>[] = [];
      const limitMs = limitInForce(timeoutMs);
      let limit: NodeJS.Timeout | undefined;
      let late = false;
      const request = new PlannableRequest(sql, (error, rowCount) => {
        clearTimeout(limit);
        this.#lastUsed = performance.now();
        const failure = error ? this.#failed(error) : null;
        if (late) reject(statementTimeout(limitMs, error));
        else if (failure) reject(failure);
        else resolve({ rows, rowCount: rowCount ?? 0 });
      });
      // tedious watches only the time until an answer begins; ours is the time until it ends.
      request.setTimeout(0);
      if (timeoutMs > 0) {
        limit = setTimeout(() => {
          late = true;
          this.#connection.cancel();
        }, timeoutMs);
      }
      request.on('row', (columns) => rows.push(toRow(columns)));
      if (parameters === null) return this.#connection.execSqlBatch(request);
      for (const [index, parameter] of parameters.entries()) {
        const { type, value, options } = typedParameter(parameter);
        request.addParameter(String(index + 1), type, value, options);
      }
      this.#connection.execSql(request);
    });
  }

  #failed(error: Error): unknown {
    const classified = this.#classified(error);
    // tedious follows the server's notices: a deadlock's victim is out of its transaction already.
    if (this.#inTransaction && !this.#connection.inTransaction) this.#doomed = classified;
    return classified;
  }

  #classified(error: Error): unknown {
    return classifySqlServerError(error, { settings: this.#settings, during: 'statement' });
  }
}

interface Column {
  readonly metadata: { readonly colName: string };
  readonly value: unknown;
}

/** Times as the ISO text the schema promises. DATETIME2's digits beyond the millisecond are cut. */
function toRow(columns: readonly Column[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const { metadata, value } of columns) {
    row[metadata.colName] = value instanceof Date ? value.toISOString() : value;
  }
  return row;
}
