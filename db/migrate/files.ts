/** The migration files of a directory, in order, each with the checksum it is known by. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineName } from '../engine.ts';
import { DatabaseError } from '../errors.ts';

export interface MigrationFile {
  /** The leading number, e.g. `0002`. */
  readonly version: string;
  /** `0002_create_tables`. */
  readonly name: string;
  readonly script: string;
  /** Hex SHA-256 of the script with LF line ends, so that a checkout on Windows has the same one. */
  readonly checksum: string;
}

/**
 * The directory of one engine's files: the given one, else that of this version. SQLite's stand in
 * the folder `sqlite` of the same directory, where it has one.
 */
export function migrationsDir(engine: EngineName, given?: string): string {
  const dir = given ?? process.env['INGEST_MIGRATIONS_DIR'] ?? bundledDir();
  const own = path.join(dir, 'sqlite');
  return engine === 'sqlite' && isDirectory(own) ? own : dir;
}

/** Beside this module, or in the working directory when the code was bundled into one file. */
function bundledDir(): string {
  // Joined by hand: a bundler takes `new URL(…, import.meta.url)` for a file to bundle.
  const beside = path.join(path.dirname(fileURLToPath(import.meta.url)), '../migrations');
  return isDirectory(beside) ? beside : path.resolve('db/migrations');
}

function isDirectory(dir: string): boolean {
  try {
    return readdirSync(dir).length > 0;
  } catch {
    return false;
  }
}

/** Throws `db_migration_failed` when the directory cannot be read, holds none, or a number twice. */
export function readMigrationFiles(dir: string): MigrationFile[] {
  let names: string[];
  try {
    names = readdirSync(dir)
      .filter((name) => name.endsWith('.sql'))
      .sort();
  } catch (error) {
    throw unusable(`The migrations directory ${dir} cannot be read.`, error);
  }
  if (names.length === 0) throw unusable(`The migrations directory ${dir} holds no .sql file.`);
  const files = names.map((name) => readMigrationFile(dir, name));
  for (const [index, file] of files.entries()) {
    if (files[index - 1]?.version === file.version) {
      throw unusable(`Two migrations in ${dir} have the number ${file.version}.`);
    }
  }
  return files;
}

function readMigrationFile(dir: string, name: string): MigrationFile {
  const version = /^(\d{4})_\w+\.sql$/.exec(name)?.[1];
  if (version === undefined) {
    throw unusable(`The migration ${name} in ${dir} is not named like 0001_what_it_does.sql.`);
  }
  const script = readFileSync(path.join(dir, name), 'utf8').replaceAll('\r\n', '\n');
  const checksum = createHash('sha256').update(script).digest('hex');
  return { version, name: name.slice(0, -'.sql'.length), script, checksum };
}

function unusable(message: string, cause?: unknown): DatabaseError {
  return new DatabaseError('db_migration_failed', message, {
    remedy: 'Check --migrations-dir; its files are named 0001_what_it_does.sql.',
    cause,
  });
}
