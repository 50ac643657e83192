/** A SQLite file that another program keeps to itself for a while. */
import Sqlite from 'better-sqlite3';

/** Takes the file's write lock, waiting for it up to ten seconds; the caller gives it back. */
export function lockFile(path: string): { release(): void } {
  const handle = new Sqlite(path, { timeout: 10_000 });
  handle.exec('BEGIN IMMEDIATE');
  return {
    release() {
      handle.exec('ROLLBACK');
      handle.close();
    },
  };
}
