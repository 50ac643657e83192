/** A SQLite file with a filling, which it remembers, so that it can be kept for the next benchmark. */
import type Sqlite from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import type { Database } from '#db/schema.ts';
import { sqliteEngine } from '#db/sqlite/engine.ts';
import { openHandle } from '#db/sqlite/file.ts';
import { setAside } from './aside.ts';
import { fillWorkItems } from './fill-sqlite.ts';
import type { Filling } from './target.ts';

/** Filled beside the items, by `Filling.also`. */
const otherTables = ['IngestRecords', 'audit_log', 'ingest_runs', 'hosts', 'work_item_attempts'];

interface Remembered {
  readonly rows: number;
  readonly now_ms: number;
  readonly complete: number;
}

/**
 * Fills the migrated file unless it is filled already, and returns the moment at which its rows were made. Totals are
 * not kept meanwhile: reconcile them, then call `rememberFilling`.
 */
export async function fillFile(
  file: string,
  { rows, nowMs = Date.now(), also, progress }: Filling,
): Promise<{ readonly nowMs: number; readonly isNew: boolean }> {
  const raw = openHandle(file);
  try {
    const before = recall(raw);
    if (before) {
      if (before.rows === rows && (before.complete === 1 || !also)) {
        return { nowMs: before.now_ms, isNew: false };
      }
      throw new Error(`${file} was filled in another way (${before.rows} rows).`);
    }
    if (raw.prepare('select 1 from work_items limit 1').get()) {
      throw new Error(`${file} holds items that this benchmark did not make, or has changed.`);
    }
    // Nobody else has the file open, and what is half filled is thrown away: nothing is written twice.
    for (const quick of ['journal_mode = memory', 'synchronous = off', 'cache_size = -524288']) {
      raw.pragma(quick);
    }
    // Else all that is sorted for an index would be held in memory.
    raw.pragma('temp_store = file');
    fillWorkItems(raw, rows, nowMs, progress);
    if (also) {
      const putBack = setAside(raw, otherTables);
      const q = new Kysely<Database>({ dialect: new SqliteDialect({ database: raw }) });
      await also({ q, engine: sqliteEngine }, progress);
      progress('  indexes of the others');
      putBack();
    }
    raw.pragma('journal_mode = wal');
    return { nowMs, isNew: true };
  } finally {
    raw.close();
  }
}

export function rememberFilling(
  raw: Sqlite.Database,
  { rows, also }: Filling,
  nowMs: number,
): void {
  raw.exec('create table bench_filling (rows integer, now_ms integer, complete integer)');
  raw.prepare('insert into bench_filling values (?, ?, ?)').run(rows, nowMs, also ? 1 : 0);
}

export function dropFilling(raw: Sqlite.Database): void {
  raw.exec('drop table if exists bench_filling');
}

function recall(raw: Sqlite.Database): Remembered | undefined {
  const isThere = raw.prepare("select 1 from sqlite_master where name = 'bench_filling'").get();
  if (!isThere) return undefined;
  return raw.prepare<[], Remembered>('select rows, now_ms, complete from bench_filling').get();
}
