/**
 * A `Db` for lists and statistics: its queries go to a readable copy of the database, and to the database
 * itself while the copy cannot be read.
 */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type QueryResult,
} from 'kysely';
import type { Db } from '../engine.ts';
import type { Database } from '../schema.ts';
import { isFaultOfTheCopy, type ReplicaState, ReplicaSwitch } from './replica-switch.ts';

interface ReadsOptions {
  readonly primary: Db;
  /** Closed with the reads; the primary is not. */
  readonly replica: Db;
  readonly onChange?: (state: ReplicaState) => void;
  /** How often a copy that is away is looked at, ms. */
  readonly probeEveryMs?: number;
}

export interface Reads extends Db {
  readonly replica: () => ReplicaState;
}

export function openReads({
  primary,
  replica,
  onChange = () => {},
  probeEveryMs = 10_000,
}: ReadsOptions): Reads {
  const probe = async () => {
    // A copy that has no tables yet, or must not read them, is not back.
    const query = replica.q.selectFrom('schema_migrations').select('version');
    await replica.engine.take(query, 1).execute();
  };
  const state = new ReplicaSwitch({ probe, onChange, probeEveryMs });

  async function run<R>(query: CompiledQuery<R>): Promise<QueryResult<R>> {
    if (!state.state.inUse) return primary.q.executeQuery(query);
    try {
      return await replica.q.executeQuery(query);
    } catch (error) {
      if (!isFaultOfTheCopy(error)) throw error;
      state.trip(error);
      return primary.q.executeQuery(query);
    }
  }

  const { plugins } = primary.q.getExecutor();
  const q = new Kysely<Database>({ dialect: readingDialect(primary, run), plugins: [...plugins] });
  return {
    name: primary.name,
    label: replica.label,
    q,
    engine: primary.engine,
    stats: replica.stats,
    replica: () => state.state,
    transaction: () => Promise.reject(new Error('What is written goes to the database itself.')),
    async close() {
      state.close();
      await q.destroy();
      await replica.close();
    },
  };
}

type Run = <R>(query: CompiledQuery<R>) => Promise<QueryResult<R>>;

/** Compiles as the database itself does, and hands each query to `run`. */
export function readingDialect(primary: Db, run: Run): Dialect {
  const executor = primary.q.getExecutor();
  const connection: DatabaseConnection = {
    executeQuery(query) {
      refuseWrites(query);
      // The row type is what the caller's query builder inferred from the schema.
      return run(query) as Promise<QueryResult<never>>;
    },
    // biome-ignore lint/correctness/useYield: the interface asks for a generator; this one refuses.
    async *streamQuery() {
      throw new Error('Queries are not streamed; read keyset pages.');
    },
  };
  const refuse = () => Promise.reject(new Error('Reads run in no transaction.'));
  const driver: Driver = {
    init: async () => {},
    acquireConnection: async () => connection,
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    releaseConnection: async () => {},
    destroy: async () => {},
  };
  return {
    createDriver: () => driver,
    createAdapter: () => executor.adapter,
    createQueryCompiler: () => ({
      compileQuery: (node, queryId) => executor.compileQuery(node, queryId),
    }),
    createIntrospector: () => primary.q.introspection,
  };
}

const writing = ['InsertQueryNode', 'UpdateQueryNode', 'DeleteQueryNode', 'MergeQueryNode'];

/** While the copy is away a write would pass, and nobody would learn of the mistake. */
function refuseWrites({ query }: CompiledQuery): void {
  if (writing.includes(query.kind)) throw new Error('What is written goes to the database itself.');
}
