/** The bare driver of SQL Server: what a careful program would do by hand, and no more. */
import { Connection } from 'tedious';
import type { SqlServerSettings } from '#db/settings/model.ts';
import { connectionConfiguration } from '#db/sqlserver/connection-configuration.ts';
import { PlannableRequest, typedParameter } from '#db/sqlserver/request.ts';

/** Without a limit for statements: that a server is slow is what is measured. */
export function connectBare(settings: SqlServerSettings): Promise<Connection> {
  const { options, ...configuration } = connectionConfiguration(settings);
  const connection = new Connection({
    ...configuration,
    options: { ...options, requestTimeout: 0 },
  });
  connection.on('error', () => {});
  return new Promise((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve(connection)));
  });
}

export function closeBare(connection: Connection): Promise<void> {
  return new Promise((resolve) => {
    connection.once('end', () => resolve());
    connection.close();
  });
}

/** Begins or ends a transaction. */
export function control(start: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => (error ? reject(error) : resolve()));
  });
}

export interface BareResult {
  /** The values of each row, in the order of its columns. */
  readonly rows: readonly (readonly unknown[])[];
  readonly rowCount: number;
}

/** A statement with its parameters `@1`, `@2`, …, by sp_executesql. */
export function execute(
  connection: Connection,
  text: string,
  parameters: readonly unknown[] = [],
): Promise<BareResult> {
  return new Promise((resolve, reject) => {
    const rows: unknown[][] = [];
    const request = new PlannableRequest(text, (error, rowCount) =>
      error ? reject(error) : resolve({ rows, rowCount: rowCount ?? 0 }),
    );
    request.on('row', (columns: readonly { readonly value: unknown }[]) =>
      rows.push(columns.map(({ value }) => value)),
    );
    for (const [index, parameter] of parameters.entries()) {
      const { type, value, options } = typedParameter(parameter);
      request.addParameter(String(index + 1), type, value, options);
    }
    connection.execSql(request);
  });
}
