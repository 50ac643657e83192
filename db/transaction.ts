/** One write transaction, run again when the database says that would help. */
import type { Kysely } from 'kysely';
import type { Engine, Session } from './engine.ts';
import { DatabaseError, type DatabaseErrorCode } from './errors.ts';
import type { Database } from './schema.ts';
import type { DatabaseStats } from './stats.ts';

/** Runs of `fn` at most; a deadlock that repeats five times is no accident. */
const maxRuns = 5;
/** A unique key another session took is found by the second run; more runs would find it again. */
const maxUniqueRuns = 2;

interface TransactionParts {
  readonly q: Kysely<Database>;
  readonly engine: Engine;
  readonly stats: DatabaseStats;
  /** Whether a unique violation can be a race (several writers) rather than a fact. */
  readonly uniqueCanRace: boolean;
  /** How a transaction begins; by default as Kysely does it. */
  readonly begin?: () => Promise<OpenTransaction>;
}

export interface OpenTransaction {
  readonly session: Session;
  commit(): Promise<void>;
  /** Does nothing once the transaction has ended. */
  rollback(): Promise<void>;
}

/**
 * Begins, runs `fn`, commits. Faults before the commit was sent are retried as `Db.transaction` says;
 * a commit that got no answer is not, because it may have been carried out.
 */
export async function runTransaction<T>(
  parts: TransactionParts,
  fn: (tx: Session) => Promise<T>,
): Promise<T> {
  for (let run = 1; ; run += 1) {
    try {
      return await runOnce(parts, fn);
    } catch (error) {
      if (!mayRunAgain(parts, error, run)) throw error;
      await pause(backoffMs(run));
    }
  }
}

async function runOnce<T>(parts: TransactionParts, fn: (tx: Session) => Promise<T>): Promise<T> {
  const open = await (parts.begin ?? (() => beginWithKysely(parts)))();
  let result: T;
  try {
    result = await fn(open.session);
  } catch (error) {
    await rollback(open);
    throw error;
  }
  await commit(open);
  return result;
}

async function beginWithKysely({ q, engine }: TransactionParts): Promise<OpenTransaction> {
  const trx = await q.startTransaction().execute();
  return {
    session: { q: trx, engine },
    commit: () => trx.commit().execute(),
    async rollback() {
      if (!trx.isCommitted && !trx.isRolledBack) await trx.rollback().execute();
    },
  };
}

/** Faults after which a commit that was sent may or may not have been carried out. */
const unanswered: ReadonlySet<DatabaseErrorCode> = new Set<DatabaseErrorCode>([
  'db_connection_lost',
  'db_statement_timeout',
]);

async function commit(open: OpenTransaction): Promise<void> {
  try {
    await open.commit();
  } catch (error) {
    await rollback(open);
    if (!(error instanceof DatabaseError) || !unanswered.has(error.code)) throw error;
    throw new DatabaseError(
      'db_connection_lost',
      'The connection was lost while a change was being committed; it may or may not be stored.',
      { remedy: 'Look whether the change is there before you repeat it.', cause: error },
    );
  }
}

async function rollback(open: OpenTransaction): Promise<void> {
  try {
    await open.rollback();
  } catch {
    // The server rolled back already (deadlock victim) or the connection is gone: nothing is open.
  }
}

function mayRunAgain({ stats, uniqueCanRace }: TransactionParts, error: unknown, run: number) {
  if (!(error instanceof DatabaseError) || run >= maxRuns) return false;
  if (error.code === 'db_unique_violation') {
    if (!uniqueCanRace || run >= maxUniqueRuns) return false;
    stats.uniqueRacesRetried += 1;
    return true;
  }
  if (!error.transient) return false;
  if (error.code === 'db_deadlock') stats.deadlocksRetried += 1;
  else if (error.code === 'db_connection_lost') stats.connectionsLostRetried += 1;
  else stats.busyRetried += 1;
  return true;
}

/** Full jitter around 20, 40, 80, 160 ms, so that the two victims of one collision part. */
export function backoffMs(run: number): number {
  return Math.ceil(Math.random() * 20 * 2 ** run);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
