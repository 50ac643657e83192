/** What a reading thread does. */
import type * as WorkerThreads from 'node:worker_threads';
import type Sqlite from 'better-sqlite3';

export interface ReaderSettings {
  /** Absolute path of the SQLite driver's module. */
  readonly driver: string;
  readonly file: string;
}

export interface ReaderTask {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export type ReaderAnswer =
  | { readonly rows: readonly unknown[] }
  | { readonly code: string | null; readonly message: string };

/**
 * Answers one task after the other. A thread is started with the text of this function, wherever a bundler
 * has put it, so it uses nothing from outside of itself but types.
 */
export function readerThread(load: (module: string) => unknown): void {
  // What these modules are is known; `require` says nothing of it.
  const { parentPort, workerData } = load('node:worker_threads') as typeof WorkerThreads;
  // Set by `ReaderPool`, the only one to start this thread.
  const { driver, file } = workerData as ReaderSettings;
  const Database = load(driver) as typeof Sqlite;
  // Waiting inside SQLite blocks nobody but this thread.
  const handle = new Database(file, { fileMustExist: true, timeout: 5_000 });
  handle.pragma('query_only = 1');
  handle.pragma('temp_store = MEMORY');
  // KiB for each of several threads; the system keeps the rest.
  handle.pragma('cache_size = -4000');
  const prepared = new Map<string, Sqlite.Statement<unknown[], unknown>>();

  const answer = ({ sql, parameters }: ReaderTask): ReaderAnswer => {
    try {
      let statement = prepared.get(sql);
      if (!statement) {
        // The texts of a page are few; whoever sends a thousand has made them up.
        if (prepared.size >= 300) prepared.clear();
        statement = handle.prepare<unknown[], unknown>(sql);
        prepared.set(sql, statement);
      }
      return { rows: statement.all(...parameters) };
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      return {
        code: typeof code === 'string' ? code : null,
        message: error instanceof Error ? error.message : String(error),
      };
    }
  };
  parentPort?.on('message', (task: ReaderTask) => parentPort.postMessage(answer(task)));
}
