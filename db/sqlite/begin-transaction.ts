/**
 * A write transaction without the turns of the event loop that Kysely takes to begin, to end and for each
 * statement: of one that completes a single item they were half of its time.
 */
import { type Dialect, type Driver, type Kysely, Transaction } from 'kysely';
import type { Engine } from '../engine.ts';
import type { Database } from '../schema.ts';
import type { OpenTransaction } from '../transaction.ts';
import { SqliteConnection } from './dialect.ts';
import type { SqliteFile } from './file.ts';

interface Parts {
  readonly file: SqliteFile;
  readonly dialect: Dialect;
  readonly q: Kysely<Database>;
  readonly engine: Engine;
}

/** Statements sent through it after its end are refused. */
export async function beginTransaction({
  file,
  dialect,
  q,
  engine,
}: Parts): Promise<OpenTransaction> {
  const connection = new SqliteConnection(file);
  await connection.begin();
  const executor = q.getExecutor().withConnectionProvider({
    provideConnection: (consumer) => consumer(connection),
  });
  const trx = new Transaction<Database>({
    config: { dialect },
    dialect,
    driver: noDriver,
    executor,
  });
  return {
    session: { q: trx, engine, direct: connection },
    commit: () => connection.commit(),
    rollback: async () => connection.rollback(),
  };
}

const refuse = async (): Promise<never> => {
  throw new Error('A transaction has one connection, and begins no other.');
};

/** The connection is there already. */
const noDriver: Driver = {
  init: refuse,
  acquireConnection: refuse,
  beginTransaction: refuse,
  commitTransaction: refuse,
  rollbackTransaction: refuse,
  releaseConnection: refuse,
  destroy: refuse,
};
