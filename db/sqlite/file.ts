/** One SQLite file as a process holds it: a handle that writes, one that reads, a lock for writers. */
import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import type { DatabaseStats, PoolFigures } from '../stats.ts';
import { pause } from '../transaction.ts';
import { WaitTimes } from '../wait-times.ts';
import { busy, classifySqliteError, fileUnusable, isBusy } from './classify-error.ts';

/**
 * How long SQLite itself waits for a lock while the file is opened or migrated: another process may be
 * recovering what a third one left behind when it was killed.
 */
const openTimeoutMs = 2_000;
/** How long a writer waits for other processes altogether. */
const patienceMs = 15_000;
/** A wait below this is the ordinary course of two writers, ms. */
const noteworthyWaitMs = 100;
/** The steps of SQLite's own busy handler, which sleeps them on the event loop. */
const waitsMs = [1, 2, 5, 10, 15, 20, 25] as const;
const longestWaitMs = 25;
/** How long a caller waits for a transaction of its own process. */
const lockPatienceMs = 30_000;
const cachedStatements = 500;
/**
 * What a handle keeps of the file, KiB. A process has two, the system keeps the rest, and reading a page from
 * there costs a microsecond or two; 32 MB for each made a fifth of a worker's memory.
 */
const cacheKiB = { writing: 4_000, reading: 2_000 } as const;

type Handle = Sqlite.Database;
type Statement = Sqlite.Statement<unknown[], unknown>;

/** A handle that prepares each SQL text once: Kysely would prepare anew on every query. */
export class CachingHandle {
  readonly #handle: Handle;
  readonly #statements = new Map<string, Statement>();

  constructor(handle: Handle) {
    this.#handle = handle;
  }

  prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement) {
      this.#statements.delete(sql);
    } else {
      statement = this.#handle.prepare<unknown[], unknown>(sql);
      const [oldest] = this.#statements.keys();
      if (this.#statements.size >= cachedStatements && oldest !== undefined) {
        this.#statements.delete(oldest);
      }
    }
    // Re-inserted at the end: the map's order is the order of last use.
    this.#statements.set(sql, statement);
    return statement;
  }

  exec(sql: string): void {
    this.#handle.exec(sql);
  }

  get inTransaction(): boolean {
    return this.#handle.inTransaction;
  }

  close(): void {
    this.#statements.clear();
    this.#handle.close();
  }
}

export class SqliteFile {
  readonly path: string;
  readonly writer: CachingHandle;
  readonly reader: CachingHandle;
  stats: DatabaseStats | null = null;
  #held = false;
  /** Who waits for the handle that writes, in their order. */
  #writers: (() => void)[] = [];
  readonly #waits = new WaitTimes();

  constructor(file: string) {
    this.path = file;
    const writer = openHandle(file);
    try {
      this.writer = new CachingHandle(writer);
      const reader = openReadingHandle(file);
      // From here on the waiting is asynchronous (`retryTransient`): SQLite's would block the event loop.
      for (const handle of [writer, reader]) handle.pragma('busy_timeout = 0');
      this.reader = new CachingHandle(reader);
    } catch (error) {
      writer.close();
      throw classifySqliteError(error, file);
    }
  }

  /** Waits for this process's other writers; the caller must call the returned release once. */
  async lockWriter(): Promise<() => void> {
    if (this.#held) {
      const start = performance.now();
      const won = await this.#turn();
      this.#waits.note(performance.now() - start);
      if (!won) throw busy();
    } else {
      this.#held = true;
      this.#waits.note(0);
    }
    return () => {
      const next = this.#writers.shift();
      // Whoever is next has it without a moment in between.
      if (next) next();
      else this.#held = false;
    };
  }

  /** False when the turn did not come in time. */
  #turn(): Promise<boolean> {
    return new Promise((resolve) => {
      const take = () => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#writers = this.#writers.filter((writer) => writer !== take);
        resolve(false);
      }, lockPatienceMs);
      this.#writers.push(take);
    });
  }

  /**
   * Runs `fn`, and again with jitter while another process holds the file; then `db_busy`. Nothing
   * waits inside SQLite: meanwhile the process answers whoever asks it something else.
   */
  async retryTransient<T>(fn: () => T): Promise<T> {
    const start = performance.now();
    let noted = false;
    for (let turn = 0; ; turn += 1) {
      try {
        return fn();
      } catch (error) {
        const waitedMs = performance.now() - start;
        if (!isBusy(error) || waitedMs > patienceMs) {
          throw classifySqliteError(error, this.path);
        }
        if (waitedMs > noteworthyWaitMs && !noted) {
          noted = true;
          if (this.stats) this.stats.busyRetried += 1;
        }
        await pause((waitsMs[turn] ?? longestWaitMs) * (0.5 + Math.random()));
      }
    }
  }

  pool(): PoolFigures {
    const used = this.#held ? 1 : 0;
    const longestWaitMs = this.#waits.longestMs();
    const p95WaitMs = this.#waits.p95Ms();
    return {
      used,
      free: 1 - used,
      waiting: this.#writers.length,
      max: 1,
      longestWaitMs,
      p95WaitMs,
    };
  }

  close(): void {
    this.reader.close();
    this.writer.close();
  }
}

function openReadingHandle(file: string): Handle {
  const handle = openHandle(file);
  handle.pragma('query_only = 1');
  handle.pragma(`cache_size = -${cacheKiB.reading}`);
  return handle;
}

/** A handle of its own for reads that belong together; whoever opens it closes it. */
export function openSnapshot(file: string): CachingHandle {
  const handle = openReadingHandle(file);
  handle.pragma('busy_timeout = 0');
  return new CachingHandle(handle);
}

/**
 * Opens the file, made with its directory when absent. WAL, so that the console reads while a worker
 * writes. `synchronous = NORMAL`: a killed process loses nothing; a power cut may take the last
 * commits back, each as a whole, and an item whose completion was taken back is fetched again, which
 * the queue is built for. FULL would cost a disk flush per item to avoid that.
 * Foreign keys stay off: the schema declares none, as the existing database declares none.
 */
export function openHandle(file: string): Handle {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
  } catch (error) {
    throw fileUnusable(file, error);
  }
  makePrivate(file);
  let handle: Handle | undefined;
  try {
    handle = new Sqlite(file, { timeout: openTimeoutMs });
    const mode = handle.pragma('journal_mode', { simple: true });
    if (mode !== 'wal') handle.pragma('journal_mode = WAL');
    handle.pragma('synchronous = NORMAL');
    handle.pragma('foreign_keys = 0');
    handle.pragma('temp_store = MEMORY');
    handle.pragma(`cache_size = -${cacheKiB.writing}`);
    handle.pragma('journal_size_limit = 67108864');
    // Pages of 4 kB: carried over every 16 MB rather than 4, a page that changes often is written less.
    handle.pragma('wal_autocheckpoint = 4000');
    takeFromOthers(file);
    return handle;
  } catch (error) {
    handle?.close();
    // `new Sqlite` throws a TypeError for a directory that vanished.
    throw error instanceof TypeError ? fileUnusable(file, error) : classifySqliteError(error, file);
  }
}

/**
 * What was fetched, and the hashes of passwords, are the owner's alone. SQLite gives the files beside
 * the database (-wal, -shm) the mode of the database itself.
 */
function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, 'ax', 0o600));
  } catch {
    // It is there, or cannot be made; SQLite tells the latter in its own words.
  }
}

/** A database made otherwise loses what everybody may do with it; its group may be meant. */
function takeFromOthers(file: string): void {
  for (const one of [file, `${file}-wal`, `${file}-shm`]) {
    try {
      const { mode } = statSync(/* turbopackIgnore: true */ one);
      if ((mode & 0o007) !== 0) chmodSync(/* turbopackIgnore: true */ one, mode & 0o770);
    } catch {
      // Not there, or somebody else's file, whose mode is theirs to set.
    }
  }
}
