/** The actual plans of what the product sends: recorded at the driver, sent again with SET STATISTICS XML ON. */
import { Connection, Request } from 'tedious';

/** A statement as it was sent, with the values of its parameters. */
export interface SentStatement {
  readonly text: string;
  readonly parameters: Request['parameters'];
}

/** Every distinct text that is sent while `work` runs, as it was sent the first time. */
export async function recordSent(work: () => Promise<unknown>): Promise<SentStatement[]> {
  const sent = new Map<string, SentStatement>();
  const { execSql } = Connection.prototype;
  Connection.prototype.execSql = function (request) {
    const text = String(request.sqlTextOrProcedure);
    if (!sent.has(text)) sent.set(text, { text, parameters: [...request.parameters] });
    return execSql.call(this, request);
  };
  try {
    await work();
  } finally {
    Connection.prototype.execSql = execSql;
  }
  return [...sent.values()];
}

/** The column in which a plan comes, whatever the version. */
const planColumn = 'Microsoft SQL Server 2005 XML Showplan';

/** Null = this server gives no plans. */
export async function planGiver(connection: Connection): Promise<PlanGiver | null> {
  try {
    await batch(connection, 'SET STATISTICS XML ON');
    const plans = await send(connection, { text: 'SELECT 1 AS [one]', parameters: [] });
    return plans.length === 0 ? null : (statement) => planOf(connection, statement);
  } catch {
    return null;
  }
}

/** One plan for each statement that was run for it, those of procedures and triggers included. */
export type PlanGiver = (statement: SentStatement) => Promise<readonly string[]>;

/** Whatever it changes is taken back. */
async function planOf(connection: Connection, statement: SentStatement): Promise<string[]> {
  await batch(connection, 'BEGIN TRANSACTION');
  try {
    return await send(connection, statement);
  } finally {
    await batch(connection, 'IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION');
  }
}

function send(connection: Connection, { text, parameters }: SentStatement): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const plans: string[] = [];
    const request = new Request(text, (error) => (error ? reject(error) : resolve(plans)));
    for (const { name, type, value, length } of parameters) {
      request.addParameter(name, type, value, length === undefined ? {} : { length });
    }
    request.on('row', (columns: readonly Column[]) => {
      const [first] = columns;
      if (first?.metadata.colName === planColumn) plans.push(String(first.value));
    });
    connection.execSql(request);
  });
}

interface Column {
  readonly metadata: { readonly colName: string };
  readonly value: unknown;
}

function batch(connection: Connection, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.execSqlBatch(new Request(text, (error) => (error ? reject(error) : resolve())));
  });
}
