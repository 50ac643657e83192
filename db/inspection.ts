/** What is found when a database is examined: facts, judgements, sizes. The engines fill it, `lib/health` adds to it. */

export const severities = ['fault', 'warning', 'notice', 'ok'] as const;
export type Severity = (typeof severities)[number];

/** The closed list of what may be judged. */
export type FindingCode =
  // The server and the database
  | 'server_version'
  | 'compatibility_level'
  | 'row_versions'
  | 'optimized_locking'
  | 'database_options'
  | 'session_options'
  | 'log_reuse'
  | 'query_store'
  // The schema
  | 'schema'
  | 'table_missing'
  | 'column_missing'
  | 'column_type'
  | 'varchar_column'
  | 'index_missing'
  | 'index_disabled'
  | 'index_foreign'
  | 'trigger_missing'
  | 'trigger_disabled'
  | 'module_missing'
  | 'module_settings'
  | 'module_changed'
  | 'queue_locks'
  // What goes on
  | 'index_unused'
  | 'lock_promotions'
  | 'queue_ghosts'
  | 'blocking'
  | 'open_transactions'
  | 'deadlocks'
  | 'single_use_plans'
  | 'version_store'
  // The embedded database
  | 'journal_mode'
  | 'wal_size'
  | 'integrity'
  | 'free_pages'
  | 'disk_space'
  // The deployment
  | 'migrations'
  | 'processes';

export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** What is so, a sentence. */
  readonly message: string;
  /** What to do, a sentence; null where nothing is to be done. */
  readonly remedy: string | null;
}

/** A table (`index` null) or an index of it. What a server does not tell is null. */
export interface ObjectSize {
  readonly table: string;
  readonly index: string | null;
  readonly rows: number | null;
  readonly bytes: number;
  /** Since the server started. */
  readonly usage: {
    readonly seeks: number;
    readonly scans: number;
    readonly lookups: number;
    readonly writes: number;
  } | null;
}

export type Fact = readonly [label: string, value: string];

/** Figures that want no judgement: waits, plans, who waits for whom. */
export interface Figures {
  readonly title: string;
  readonly rows: readonly Fact[];
}

/** What could not be looked at, and what it would need. */
export interface LeftOut {
  readonly what: string;
  readonly why: string;
}

export interface Inspection {
  readonly facts: readonly Fact[];
  readonly findings: readonly Finding[];
  /** The largest tables first, each before its indexes. */
  readonly sizes: readonly ObjectSize[];
  readonly figures: readonly Figures[];
  readonly leftOut: readonly LeftOut[];
}

export interface InspectionOptions {
  /** Also what reads the whole of a large embedded database: its integrity, and the size of each table. */
  readonly thorough: boolean;
}

export const ok = (code: FindingCode, message: string): Finding => ({
  code,
  severity: 'ok',
  message,
  remedy: null,
});

export const finding = (
  code: FindingCode,
  severity: Exclude<Severity, 'ok'>,
  message: string,
  remedy: string | null,
): Finding => ({ code, severity, message, remedy });

const units = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const;

/** `12.3 GB`, by 1,024. */
export function bytesInWords(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1_024 && unit < units.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toLocaleString('en', { maximumFractionDigits: digits })} ${units[unit]}`;
}
