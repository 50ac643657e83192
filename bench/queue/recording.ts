/**
 * Writes down the statements that the store sends, so that the floor can send exactly the same ones
 * through the bare driver. All ids are made by the client and travel as parameters, so a replay on the
 * same rows does the same work.
 */
import type { CompiledQuery, Kysely, KyselyPlugin } from 'kysely';
import type { Db } from '#db/engine.ts';
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
          const result = await fn({ q: recorded(tx.q, steps), engine: tx.engine });
          steps.push({ kind: 'commit' });
          return result;
        }),
    },
  };
}

function recorded(q: Kysely<Database>, steps: RecordedStep[]): Kysely<Database> {
  const executor = q.getExecutor();
  const plugin: KyselyPlugin = {
    transformQuery: ({ node, queryId }) => {
      const { sql, parameters }: CompiledQuery = executor.compileQuery(node, queryId);
      steps.push({ kind: 'query', sql, parameters });
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  return q.withPlugin(plugin);
}
