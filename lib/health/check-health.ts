/** Whether this deployment can work: database reachable, migrated, somebody working. */
import type { Db } from '#db/engine.ts';
import { DatabaseError } from '#db/errors.ts';
import { pendingError, pendingMigrations } from '#db/migrate/pending-migrations.ts';
import { AppError, type PublicError, toPublicError } from '#lib/errors/app-error.ts';
import { countLiveWorkers } from '#lib/workers/list-workers.ts';

export interface Health {
  /** False when the console cannot do its work; a fleet without workers is still healthy. */
  readonly ok: boolean;
  readonly engine: string;
  /** Without secrets: `SQLite data/holocron.db`, `SQL Server host:1433/Holocron`. */
  readonly database: string;
  /** Of one small query, ms; null when it failed. */
  readonly latencyMs: number | null;
  /** Names of migrations not yet applied; null when unknown. */
  readonly pendingMigrations: readonly string[] | null;
  /** Workers alive by their heartbeats; null when unknown. */
  readonly workers: number | null;
  readonly error: PublicError | null;
}

/** A load balancer waits no longer than this for an answer, ms. */
const patienceMs = 5_000;

/** Never throws and never hangs: what fails, or does not answer within five seconds, is the answer. */
export async function checkHealth(db: Db): Promise<Health> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(noAnswer()), patienceMs);
  });
  try {
    return await Promise.race([examine(db), silence]);
  } catch (error) {
    return {
      engine: db.name,
      database: db.label,
      ok: false,
      latencyMs: null,
      pendingMigrations: null,
      workers: null,
      error: toStranger(error),
    };
  } finally {
    clearTimeout(timer);
  }
}

/** Health is answered to whoever asks: the server's own words, which may hold data, stay in the log. */
const toStranger = (error: unknown): PublicError => {
  const shown = toPublicError(error);
  return shown.code === 'db_error'
    ? { ...shown, message: 'The database reported an error.' }
    : shown;
};

const noAnswer = () =>
  new DatabaseError('db_statement_timeout', 'The database does not answer.', {
    remedy: 'Check that the database server runs and is not overloaded.',
  });

async function examine(db: Db): Promise<Health> {
  const base = { engine: db.name, database: db.label };
  const start = performance.now();
  await db.q.selectNoFrom(db.engine.now().as('now')).executeTakeFirst();
  const latencyMs = Math.round((performance.now() - start) * 10) / 10;
  const pending = await readPending(db);
  if (pending.length > 0) {
    return {
      ...base,
      ok: false,
      latencyMs,
      pendingMigrations: pending,
      workers: null,
      error: toPublicError(await pendingError(db, pending)),
    };
  }
  const workers = await countLiveWorkers(db);
  return { ...base, ok: true, latencyMs, pendingMigrations: pending, workers, error: null };
}

/** The answer when not even the settings could be used. */
export function healthOfBrokenStart(error: unknown): Health {
  return {
    ok: false,
    engine: 'unknown',
    database: 'not opened',
    latencyMs: null,
    pendingMigrations: null,
    workers: null,
    error:
      error instanceof AppError && error.code === 'config_invalid'
        ? // The message may name files of the machine; it stands in the log.
          { code: error.code, message: 'The configuration cannot be used.', remedy: error.remedy }
        : toStranger(error),
  };
}

const keepMs = 10_000;
const allApplied = new WeakMap<Db, number>();

/** Reads files and a table: when nothing was pending a moment ago, that still holds. */
async function readPending(db: Db): Promise<string[]> {
  const since = allApplied.get(db);
  if (since !== undefined && performance.now() - since < keepMs) return [];
  const pending = await pendingMigrations(db);
  if (pending.length === 0) allApplied.set(db, performance.now());
  return pending;
}
