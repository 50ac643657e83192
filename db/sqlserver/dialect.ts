/** Kysely's compiler for SQL Server over a pool of our own connections. */
import {
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  MssqlAdapter,
  MssqlIntrospector,
  MssqlQueryCompiler,
  type QueryCompiler,
} from 'kysely';
import { Pool, TimeoutError } from 'tarn';
import type { SqlServerSettings } from '../settings/model.ts';
import { poolExhausted } from './classify-error.ts';
import { connect, TdsConnection } from './connection.ts';

export type ConnectionPool = Pool<TdsConnection>;

/** Makes no connection before the first is asked for. */
export function newPool(settings: SqlServerSettings): ConnectionPool {
  return new Pool<TdsConnection>({
    min: 0,
    max: settings.poolMax,
    // Later than connecting itself gives up, so that its own error arrives.
    createTimeoutMillis: settings.connectTimeoutMs + 5_000,
    acquireTimeoutMillis: settings.connectTimeoutMs + 15_000,
    idleTimeoutMillis: 60_000,
    // Else tarn goes on trying until the acquire time-out and hides why the server cannot be reached.
    propagateCreateError: true,
    create: () => connect(settings),
    // tarn waits for a promise here although its types say boolean.
    validate: (connection) => connection.isUsable() as unknown as boolean,
    destroy: (connection) => connection.close(),
  });
}

export class SqlServerDialect implements Dialect {
  readonly #pool: ConnectionPool;
  readonly #settings: SqlServerSettings;

  constructor(pool: ConnectionPool, settings: SqlServerSettings) {
    this.#pool = pool;
    this.#settings = settings;
  }

  createDriver(): Driver {
    return new SqlServerDriver(this.#pool, this.#settings);
  }

  createQueryCompiler(): QueryCompiler {
    return new MssqlQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return new MssqlAdapter();
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new MssqlIntrospector(db);
  }
}

class SqlServerDriver implements Driver {
  readonly #pool: ConnectionPool;
  readonly #settings: SqlServerSettings;

  constructor(pool: ConnectionPool, settings: SqlServerSettings) {
    this.#pool = pool;
    this.#settings = settings;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    try {
      return await this.#pool.acquire().promise;
    } catch (error) {
      throw error instanceof TimeoutError ? poolExhausted(this.#settings.poolMax, error) : error;
    }
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await ours(connection).begin();
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await ours(connection).commit();
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await ours(connection).rollback();
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    this.#pool.release(ours(connection));
  }

  async destroy(): Promise<void> {
    await this.#pool.destroy();
  }
}

function ours(connection: DatabaseConnection): TdsConnection {
  if (connection instanceof TdsConnection) return connection;
  throw new TypeError('A connection of another driver.');
}
