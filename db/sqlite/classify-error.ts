/** SQLite's result codes as errors a person can act on. */
import { DatabaseError } from '../errors.ts';

/** https://sqlite.org/rescode.html; better-sqlite3 puts the extended code's name in `code`. */
export function classifySqliteError(error: unknown, path: string): unknown {
  if (error instanceof DatabaseError) return error;
  const code = codeOf(error);
  if (code === null) return error;
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return busy(error);
  if (code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY') {
    return new DatabaseError('db_unique_violation', 'A row with this key exists already.', {
      remedy: 'Use another key, or change the existing row.',
      cause: error,
    });
  }
  if (code === 'SQLITE_TOOBIG') {
    return new DatabaseError('db_value_too_long', 'A value is longer than the database takes.', {
      remedy: 'Shorten the value.',
      cause: error,
    });
  }
  if (/^SQLITE_(CONSTRAINT|MISMATCH)/.test(code) || /^malformed JSON/.test(messageOf(error))) {
    return new DatabaseError('db_constraint_violation', 'The database refused a value.', {
      remedy: 'Correct the value; the log says which rule it broke.',
      cause: error,
    });
  }
  if (code === 'SQLITE_ERROR' && /no such table|no such column/.test(messageOf(error))) {
    return new DatabaseError('db_schema_missing', `${path} lacks a table or column.`, {
      remedy: 'Run “pnpm db:init” to apply the migrations.',
      cause: error,
    });
  }
  if (code === 'SQLITE_FULL') {
    return new DatabaseError('db_full', `${path} cannot grow: the disk is full.`, {
      remedy: 'Free disk space, or move the file and set INGEST_SQLITE_PATH.',
      cause: error,
    });
  }
  if (isFileProblem(code)) return fileUnusable(path, error);
  return new DatabaseError(
    'db_error',
    `The database reported an error. ${code}: ${messageOf(error)}`,
    {
      remedy: 'Look into the log for its cause.',
      cause: error,
    },
  );
}

function isFileProblem(code: string): boolean {
  return /^SQLITE_(CANTOPEN|READONLY|NOTADB|CORRUPT|IOERR|PERM|AUTH)/.test(code);
}

export function busy(cause?: unknown): DatabaseError {
  return new DatabaseError('db_busy', 'The database file is busy with another writer.', {
    remedy: 'Try again; if it stays busy, look for a program that keeps the file locked.',
    transient: true,
    cause,
  });
}

/** The directory, the permissions or the file itself stand in the way. */
export function fileUnusable(path: string, cause: unknown): DatabaseError {
  return new DatabaseError('db_file_unusable', `${path} cannot be used: ${reason(cause)}.`, {
    remedy:
      'Check that its directory exists and can be written, that the disk has space, and that the file is a SQLite database; or set INGEST_SQLITE_PATH.',
    cause,
  });
}

function reason(error: unknown): string {
  const code = codeOf(error) ?? '';
  if (code === 'EACCES' || code === 'EPERM' || code === 'SQLITE_PERM') return 'permission denied';
  if (code === 'EROFS' || code.startsWith('SQLITE_READONLY')) return 'it is read-only';
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'a part of its path is not a directory';
  if (code === 'SQLITE_NOTADB') return 'it is not a SQLite database';
  if (code.startsWith('SQLITE_CORRUPT')) return 'it is damaged';
  if (code === 'ENOSPC') return 'the disk is full';
  if (code.startsWith('SQLITE_CANTOPEN')) return 'it cannot be opened';
  return 'reading or writing it failed';
}

export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error) ?? '');
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}
