/** Listens to what the drivers send, where they send it: the product knows nothing of it. */
import Sqlite from 'better-sqlite3';
import { configuredSqlServer } from '#test/db/sqlserver-schema.ts';

export interface StatementListener {
  /** A transaction begins on a connection. */
  begun(connection: object): void;
  /** It was committed or rolled back; also called where none was open. */
  ended(connection: object): void;
  /**
   * A statement with parameters, as it is sent.
   * @param declarations the types of its parameters on SQL Server; null on SQLite, which has none
   */
  sent(connection: object, text: string, declarations: readonly string[] | null): void;
}

/** For the rest of the process; SQL Server's driver is loaded only where a server is configured. */
export async function listenToDrivers(listener: StatementListener): Promise<void> {
  listenToSqlite(listener);
  if (configuredSqlServer()) await listenToTedious(listener);
}

function listenToSqlite(listener: StatementListener): void {
  const empty = new Sqlite(':memory:');
  const statements: Sqlite.Statement = Object.getPrototypeOf(empty.prepare('select 1'));
  const databases = Sqlite.prototype;
  empty.close();

  for (const method of ['run', 'get', 'all', 'iterate'] as const) {
    const original = statements[method];
    Object.defineProperty(statements, method, {
      value(this: Sqlite.Statement, ...parameters: unknown[]) {
        listener.sent(this.database, this.source, null);
        return Reflect.apply(original, this, parameters);
      },
    });
  }
  const { exec } = databases;
  databases.exec = function (this: Sqlite.Database, text) {
    const before = this.inTransaction;
    const result = exec.call(this, text);
    if (!before && this.inTransaction) listener.begun(this);
    if (before && !this.inTransaction) listener.ended(this);
    return result;
  };
}

async function listenToTedious(listener: StatementListener): Promise<void> {
  const { Connection } = await import('tedious');
  const connections = Connection.prototype;
  const { execSql, callProcedure, beginTransaction, commitTransaction, rollbackTransaction } =
    connections;
  connections.execSql = function (request) {
    const declarations = request.parameters.map((one) => one.type.declaration(one));
    listener.sent(this, String(request.sqlTextOrProcedure), declarations);
    execSql.call(this, request);
  };
  connections.callProcedure = function (request) {
    const declarations = request.parameters.map((one) => one.type.declaration(one));
    const values = request.parameters.map((one, index) => `@${one.name} = @${index + 1}`);
    listener.sent(this, `exec ${request.sqlTextOrProcedure} ${values.join(', ')}`, declarations);
    callProcedure.call(this, request);
  };
  connections.beginTransaction = function (...given) {
    listener.begun(this);
    beginTransaction.apply(this, given);
  };
  connections.commitTransaction = function (...given) {
    listener.ended(this);
    commitTransaction.apply(this, given);
  };
  connections.rollbackTransaction = function (...given) {
    listener.ended(this);
    rollbackTransaction.apply(this, given);
  };
}
