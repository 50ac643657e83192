/** The file lake: every stored fetch once more as a JSON file, for tools that read directories. */
import { createHash, randomBytes } from 'node:crypto';
import { access, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Instant } from '#db/schema.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { JsonObject } from '#lib/json.ts';

export interface LakeEntry {
  readonly sourceSystem: string;
  readonly sourceName: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly ingestId: string;
  /** The database's time, for the file name. */
  readonly fetchedAt: Instant;
  readonly document: JsonObject;
}

interface LakeOptions {
  readonly baseDir: string;
  readonly prettyPrint: boolean;
}

/** Room for the time stamp and ids within the 255 bytes of common file systems, and 260 of a Windows path. */
const longestName = 80;

/**
 * A name that any file system takes and no two texts share: ASCII letters, digits, `.`, `_`, `-`;
 * whatever had to change, was cut, or differs only in case carries ten hex digits of its hash.
 */
export function safeName(text: string): string {
  const plain = text
    .replaceAll(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^\.+/, '_')
    .replace(/\.+$/, '_')
    .slice(0, longestName);
  const unchanged = plain === text && text === text.toLowerCase() && !isReserved(text);
  if (unchanged) return plain;
  const hash = createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 10);
  return `${plain}-${hash}`;
}

/** Device names that Windows reserves, with any extension. */
function isReserved(text: string): boolean {
  return /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i.test(text) || text === '';
}

/** `{system}/{name}/{type}/{safe id}_{YYYYMMDD_HHMMSS}_{ingest_id[:8]}.json`, relative to the base. */
export function lakePath(entry: Omit<LakeEntry, 'document'>): string {
  const [day, time] = entry.fetchedAt.split('T');
  const stamp = `${day?.replaceAll('-', '')}_${time?.slice(0, 8).replaceAll(':', '')}`;
  const file = `${safeName(entry.resourceId)}_${stamp}_${entry.ingestId.slice(0, 8)}.json`;
  return [entry.sourceSystem, entry.sourceName, entry.resourceType]
    .map(safeName)
    .concat(file)
    .join('/');
}

/**
 * Writes the entry so that readers see all of it or nothing (temporary file, fsync, rename), and
 * returns its path relative to the base, with `/`. Throws `lake_write_failed`.
 */
export async function writeToLake(entry: LakeEntry, options: LakeOptions): Promise<string> {
  const short = lakePath(entry);
  // The first eight digits of a UUIDv7 are a clock of 65 seconds: a second fetch of the same
  // resource within one second needs the whole id.
  const relative = (await exists(path.join(options.baseDir, short)))
    ? short.replace(/\.json$/, `${entry.ingestId.slice(8)}.json`)
    : short;
  await writeLakeFile(relative, entry.document, options);
  return relative;
}

/** Writes one file so that readers see all of it or nothing. Throws `lake_write_failed`. */
export async function writeLakeFile(
  relative: string,
  document: JsonObject,
  options: LakeOptions,
): Promise<void> {
  const target = path.join(options.baseDir, relative);
  const directory = path.dirname(target);
  const temporary = path.join(directory, `.${randomBytes(8).toString('hex')}.tmp`);
  const text = JSON.stringify(document, null, options.prettyPrint ? 2 : undefined);
  try {
    await mkdir(directory, { recursive: true });
    await writeDurably(temporary, `${text}\n`);
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown fault';
    throw new AppError('lake_write_failed', `The data lake could not be written (${code}).`, {
      cause,
    });
  }
}

/** Takes back an entry whose record was not stored after all; never throws. */
export async function removeFromLake(relative: string, options: LakeOptions): Promise<void> {
  await rm(path.join(options.baseDir, relative), { force: true }).catch(() => undefined);
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(text, 'utf8');
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
