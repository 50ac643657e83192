/**
 * Writes down the statements that the store sends, so that the floor can send exactly the same ones
 * through the bare driver. All ids are made by the client and travel as parameters, so a replay on the
 * same rows does the same work.
 */
import type { CompiledQuery, Kysely, KyselyPlugin } from 'kysely';
import type { Db, Session } from '#db/engine.ts';
import type { Database } from '#db/schema.ts';

export type RecordedStep =
  | { readonly kind: 'begin' }
  | { readonly kind: 'commit' }
  | { readonly kind: 'query'; readonly sql: string; readonly parameters: readonly unknown[] };

export interface Recording {
  /** The database, with every statement written down. */
  readonly db: Db;
  readonly steps: readonly RecordedStep[];
}

/** A transaction that is rolled back and run again would be written down twice; measure without rivals. */
export function record(db: Db): Recording {
  const steps: RecordedStep[] = [];
  return {
    steps,
    db: {
      ...db,
      q: recorded(db.q, steps),
      transaction: (fn) =>
        db.transaction(async (tx) => {
          steps.push({ kind: 'begin' });
          const result = await fn(recordedSession(tx, steps));
          steps.push({ kind: 'commit' });
          return result;
        }),
    },
  };
}

function recordedSession({ q, engine, direct }: Session, steps: RecordedStep[]): Session {
  const session = { q: recorded(q, steps), engine };
  if (direct === undefined) return session;
  return {
    ...session,
    direct: {
      send(query) {
        steps.push({ kind: 'query', sql: query.sql, parameters: query.parameters });
        return direct.send(query);
      },
    },
  };
}

function recorded(q: Kysely<Database>, steps: RecordedStep[]): Kysely<Database> {
  const executor = q.getExecutor();
  // Subqueries pass through `transformQuery` on their own too; only what has a result was sent.
  const compiled = new WeakMap<object, CompiledQuery>();
  const plugin: KyselyPlugin = {
    transformQuery: ({ node, queryId }) => {
      compiled.set(queryId, executor.compileQuery(node, queryId));
      return node;
    },
    transformResult: async ({ queryId, result }) => {
      const query = compiled.get(queryId);
      if (query) steps.push({ kind: 'query', sql: query.sql, parameters: query.parameters });
      return result;
    },
  };
  return withCompiled(q.withPlugin(plugin), (query) => {
    // It may have been made here, with slots for what it is sent with.
    compiled.delete(query.queryId);
    steps.push({ kind: 'query', sql: query.sql, parameters: query.parameters });
  });
}

/** Statements that are sent as they are, because their text was made before, pass no plugin on their way in. */
function withCompiled(
  q: Kysely<Database>,
  onSend: (query: CompiledQuery) => void,
): Kysely<Database> {
  const executeQuery: typeof q.executeQuery = (query, ...rest) => {
    if ('sql' in query) onSend(query);
    return q.executeQuery(query, ...rest);
  };
  return new Proxy(q, {
    get(target, name) {
      if (name === 'executeQuery') return executeQuery;
      const value: unknown = Reflect.get(target, name, target);
      // Its private fields are the target's own.
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
