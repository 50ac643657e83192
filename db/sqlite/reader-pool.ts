/**
 * Threads that read a SQLite file: a query that searches for long holds up one of them, and neither the
 * event loop of the process nor whoever asks for something else.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { limitInForce, millisecondsLeft, statementTimeout } from '../deadline.ts';
import { classifySqliteError } from './classify-error.ts';
import { type ReaderAnswer, type ReaderTask, readerThread } from './reader-thread.ts';

/** Threads that take queries. One does for queries of a millisecond; each costs some 15 MB. */
const mostReaders = 3;
/** A query that waits so long for its turn gets a further thread, ms. */
const patienceMs = 20;
/** A thread without work ends after this time, ms. */
const idleMs = 30_000;
/** With those that still search for an answer that nobody waits for. */
const mostThreads = 6;

interface Job extends ReaderTask {
  readonly resolve: (rows: readonly unknown[]) => void;
  readonly reject: (reason: unknown) => void;
  /** True once it was answered, or given up. */
  settled: boolean;
}

interface Reader {
  readonly thread: Worker;
  job: Job | null;
  /** Set while it has nothing to do. */
  idle?: NodeJS.Timeout;
  /** True once it has answered something. */
  proven: boolean;
}

/** Why no thread can be started here; the caller reads in another way. */
export class NoReaders extends Error {
  override readonly name = 'NoReaders';
}

export class ReaderPool {
  readonly #file: string;
  readonly #readers = new Set<Reader>();
  /** Threads whose query took too long: SQLite ends when it has its answer. */
  #abandoned = 0;
  readonly #waiting: Job[] = [];
  #hurry: NodeJS.Timeout | undefined;
  #broken: NoReaders | null = null;

  constructor(file: string) {
    this.#file = path.resolve(file);
  }

  /**
   * The rows of one reading statement. Throws `db_statement_timeout` at the deadline of the calling code,
   * `NoReaders` where threads cannot be started, else what SQLite said as DatabaseError.
   */
  run(sql: string, parameters: readonly unknown[]): Promise<readonly unknown[]> {
    const leftMs = millisecondsLeft();
    if (leftMs === 0) return Promise.reject(statementTimeout());
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        if (job.settled) return;
        job.settled = true;
        clearTimeout(timer);
        end();
      };
      const job: Job = {
        sql,
        parameters,
        settled: false,
        resolve: (rows) => settle(() => resolve(rows)),
        reject: (reason) => settle(() => reject(reason)),
      };
      const limitMs = limitInForce(leftMs ?? 0);
      const timer =
        leftMs === null ? undefined : setTimeout(() => this.#giveUp(job, limitMs), leftMs);
      this.#waiting.push(job);
      this.#assign();
    });
  }

  async close(): Promise<void> {
    this.#broken ??= new NoReaders('The readers are closed.');
    const threads = [...this.#readers].map(({ thread }) => thread.terminate());
    for (const { job } of this.#readers) job?.reject(this.#broken);
    for (const { idle } of this.#readers) clearTimeout(idle);
    this.#readers.clear();
    clearTimeout(this.#hurry);
    this.#assign();
    await Promise.all(threads);
  }

  /** Hands out what waits; beyond the first thread another one is for those that waited already. */
  #assign(mayStart = this.#readers.size === 0): void {
    let starts = mayStart;
    while (this.#waiting.length > 0) {
      if (this.#broken) {
        for (const job of this.#waiting.splice(0)) job.reject(this.#broken);
        return;
      }
      const free = [...this.#readers].find(({ job }) => job === null);
      const reader = free ?? (starts ? this.#start() : null);
      if (this.#broken) continue;
      if (!reader) {
        if (this.#hasRoom()) {
          this.#hurry ??= setTimeout(() => {
            this.#hurry = undefined;
            this.#assign(true);
          }, patienceMs);
        }
        return;
      }
      starts = false;
      const job = this.#waiting.shift();
      if (!job) return;
      clearTimeout(reader.idle);
      reader.job = job;
      // Only while it has something to do does a thread keep the process alive.
      reader.thread.ref();
      reader.thread.postMessage({ sql: job.sql, parameters: job.parameters } satisfies ReaderTask);
    }
  }

  #hasRoom(): boolean {
    const { size } = this.#readers;
    return size < mostReaders && size + this.#abandoned < mostThreads;
  }

  /** One more thread, unless there are enough. */
  #start(): Reader | null {
    if (!this.#hasRoom()) return null;
    const driver = driverModule();
    if (!driver) {
      this.#broken = new NoReaders('The SQLite driver is no module of its own here.');
      return null;
    }
    const thread = new Worker(`(${readerThread.toString()})(require)`, {
      eval: true,
      // Flags of the process, such as preloaded modules, are for its main thread.
      execArgv: [],
      workerData: { driver, file: this.#file },
      // What a thread reads, it hands on: a larger young space would only fill.
      resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 3 },
    });
    const reader: Reader = { thread, job: null, proven: false };
    this.#readers.add(reader);
    thread.on('message', (answer: ReaderAnswer) => this.#answered(reader, answer));
    thread.on('error', (error) => this.#failed(reader, error));
    thread.unref();
    return reader;
  }

  #answered(reader: Reader, answer: ReaderAnswer): void {
    const { job } = reader;
    reader.proven = true;
    if (!job) return;
    reader.job = null;
    reader.thread.unref();
    reader.idle = setTimeout(() => this.#end(reader), idleMs).unref();
    if ('rows' in answer) job.resolve(answer.rows);
    else {
      const fault = Object.assign(new Error(answer.message), answer.code && { code: answer.code });
      job.reject(classifySqliteError(fault, this.#file));
    }
    this.#assign();
  }

  #end(reader: Reader): void {
    this.#readers.delete(reader);
    void reader.thread.terminate();
  }

  /** A thread that ran out of memory loses its query; one that never answered shows that none would. */
  #failed(reader: Reader, error: unknown): void {
    clearTimeout(reader.idle);
    this.#readers.delete(reader);
    if (!reader.proven) {
      this.#broken ??= new NoReaders('A reading thread cannot be started.', { cause: error });
    }
    reader.job?.reject(this.#broken ?? classifySqliteError(error, this.#file));
    this.#assign();
  }

  /** At the deadline: the caller is told at once, the thread is let go and ends when SQLite returns. */
  #giveUp(job: Job, limitMs: number): void {
    if (job.settled) return;
    job.reject(statementTimeout(limitMs));
    const waiting = this.#waiting.indexOf(job);
    if (waiting >= 0) this.#waiting.splice(waiting, 1);
    const reader = [...this.#readers].find((one) => one.job === job);
    if (!reader) return;
    this.#readers.delete(reader);
    this.#abandoned += 1;
    reader.thread.unref();
    void reader.thread.terminate().finally(() => {
      this.#abandoned -= 1;
      this.#assign();
    });
    this.#assign();
  }
}

/**
 * Where the driver was loaded from: bundlers give modules names of their own, so its name cannot be resolved
 * again, but Node's registry of loaded CommonJS modules has its path. Null where it was bundled itself.
 */
function driverModule(): string | null {
  const { cache } = createRequire(path.join(process.cwd(), 'package.json'));
  const isDriver = /[\\/]better-sqlite3[\\/]lib[\\/]index\.js$/;
  return Object.keys(cache).find((file) => isDriver.test(file)) ?? null;
}
