/** Failures of the database, each with a code, a sentence for a person and a remedy. */

export const databaseErrorCodes = [
  'db_connection_refused',
  'db_host_unknown',
  'db_login_failed',
  'db_certificate_untrusted',
  'db_missing',
  'db_schema_missing',
  'db_permission_denied',
  'db_connect_timeout',
  'db_statement_timeout',
  'db_connection_lost',
  'db_pool_exhausted',
  'db_busy',
  'db_deadlock',
  'db_unique_violation',
  'db_constraint_violation',
  'db_value_too_long',
  'db_migration_changed',
  'db_migration_failed',
  'db_migrations_pending',
  'db_newer',
  'db_prerelease',
  'db_rcsi_off',
  'db_file_unusable',
  'db_full',
  'db_settings_invalid',
  'db_error',
] as const;

export type DatabaseErrorCode = (typeof databaseErrorCodes)[number];

const brand = Symbol.for('holocron.DatabaseError');

/** A database failure as a person can act on it. The driver's error is the `cause`, for the log only. */
export class DatabaseError extends Error {
  /** By brand, not by prototype: the console's bundles hold a copy of this class each. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && brand in value;
  }
  readonly [brand] = true;
  override readonly name = 'DatabaseError';
  readonly code: DatabaseErrorCode;
  readonly remedy: string;
  /** True when the same call may succeed if made again at once. */
  readonly transient: boolean;
  /** Where the process tries the server again by itself: after how long, ms. Null for every other error. */
  readonly retryInMs: number | null;

  constructor(
    code: DatabaseErrorCode,
    message: string,
    options: { remedy: string; transient?: boolean; cause?: unknown; retryInMs?: number },
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.remedy = options.remedy;
    this.transient = options.transient ?? false;
    this.retryInMs = options.retryInMs ?? null;
  }
}

/** True when the server was given no more time for a statement; what it would have told is not known. */
export const isStatementTimeout = (error: unknown): boolean =>
  error instanceof DatabaseError && error.code === 'db_statement_timeout';
