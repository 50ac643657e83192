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
  type TopNode,
} from 'kysely';
import { TdsConnection } from './connection.ts';
import type { ConnectionPool } from './pool.ts';

export class SqlServerDialect implements Dialect {
  readonly #pool: ConnectionPool;

  constructor(pool: ConnectionPool) {
    this.#pool = pool;
  }

  createDriver(): Driver {
    return new SqlServerDriver(this.#pool);
  }

  createQueryCompiler(): QueryCompiler {
    return new SqlServerQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return new MssqlAdapter();
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new MssqlIntrospector(db);
  }
}

/** Few texts, for a plan is kept by the text: numbers of rows are parameters. Texts are NVARCHAR, as the columns are. */
class SqlServerQueryCompiler extends MssqlQueryCompiler {
  protected override visitTop(node: TopNode): void {
    this.append('top(');
    this.appendValue(node.expression);
    this.append(')');
  }

  protected override appendStringLiteral(value: string): void {
    this.append('N');
    super.appendStringLiteral(value);
  }
}

class SqlServerDriver implements Driver {
  readonly #pool: ConnectionPool;

  constructor(pool: ConnectionPool) {
    this.#pool = pool;
  }

  async init(): Promise<void> {}

  acquireConnection(): Promise<DatabaseConnection> {
    return this.#pool.acquire();
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
