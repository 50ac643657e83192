/** The file lake: every stored fetch once more as a JSON file, for tools that read directories. */
import { randomBytes } from 'node:crypto';
import { access, mkdir, open, opendir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Instant } from '#db/schema.ts';
import { canonicalJson, sha256 } from '#lib/canonical-json.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { isUuid } from '#lib/ids.ts';
import { type WrittenJson, WrittenNumber, type WrittenObject } from '#lib/json.ts';
import { parseWritten } from '#lib/json-text.ts';
import type { NewRecord } from '#lib/queue/model.ts';

export interface LakeRecord {
  readonly ingestId: string;
  readonly sourceSystem: string;
  readonly sourceName: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly requestUri: string;
  readonly requestMethod: string;
  readonly requestHeaders: Readonly<Record<string, string>> | null;
  readonly statusCode: number;
  readonly responseHeaders: Readonly<Record<string, string>> | null;
  /** Parsed JSON, or the text as it was received. */
  readonly payload: WrittenJson;
  readonly fetchedAt: Instant;
  readonly hashSha256: string | null;
  readonly runId: string | null;
  readonly workItemId: string | null;
  readonly attempt: number;
  readonly durationMs: number | null;
  readonly charset: string | null;
  readonly bodySha256: string | null;
  readonly bodyBytes: number | null;
  readonly pageTitle: string | null;
  readonly pageText: string | null;
}

/** What a document says of the bytes that were received; they stand in the database. */
export const bodyFacts = ({ body }: Pick<NewRecord, 'body'>) => ({
  bodySha256: body?.sha256 ?? null,
  bodyBytes: body?.bytes ?? null,
});

/** The names are those of the columns; the id comes first, so that it stands at the head of a file. */
export const lakeDocument = (record: LakeRecord): WrittenObject => ({
  ingest_id: record.ingestId,
  source_system: record.sourceSystem,
  source_name: record.sourceName,
  resource_type: record.resourceType,
  resource_id: record.resourceId,
  request_uri: record.requestUri,
  request_method: record.requestMethod,
  request_headers: { ...record.requestHeaders },
  status_code: record.statusCode,
  response_headers: { ...record.responseHeaders },
  payload: record.payload,
  fetched_at_utc: record.fetchedAt,
  hash_sha256: record.hashSha256,
  run_id: record.runId,
  work_item_id: record.workItemId,
  attempt: record.attempt,
  duration_ms: record.durationMs,
  charset: record.charset,
  body_sha256: record.bodySha256,
  body_bytes: record.bodyBytes,
  page_title: record.pageTitle,
  page_text: record.pageText,
});

/**
 * The payload is what the hash was made of: a text as it was received, or JSON in canonical form. Of what is no text
 * the document has no payload, and the hash is that of its bytes.
 */
export function payloadHasHash(
  payload: WrittenJson,
  hash: string,
  bodySha256: string | null,
): boolean {
  const wanted = hash.toLowerCase();
  if (payload === '' && wanted === bodySha256) return true;
  if (typeof payload === 'string' && sha256(payload) === wanted) return true;
  return sha256(canonicalJson(payload)) === wanted;
}

export interface LakeEntry {
  readonly sourceSystem: string;
  readonly sourceName: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly ingestId: string;
  /** The database's time, for the file name. */
  readonly fetchedAt: Instant;
  readonly document: WrittenObject;
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
  const hash = sha256(text).slice(0, 10);
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

/** Of what was received, on disk: for its owner and the group that reads it, and for nobody else of the machine. */
export const receivedModes = { file: 0o640, directory: 0o750 } as const;

/** Writes one file so that readers see all of it or nothing. Throws `lake_write_failed`. */
export async function writeLakeFile(
  relative: string,
  document: WrittenObject,
  options: LakeOptions,
): Promise<void> {
  const target = path.join(options.baseDir, relative);
  const directory = path.dirname(target);
  const temporary = path.join(directory, `.${randomBytes(8).toString('hex')}.tmp`);
  const text = JSON.stringify(document, null, options.prettyPrint ? 2 : undefined);
  try {
    await mkdir(directory, { recursive: true, mode: receivedModes.directory });
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
  const handle = await open(file, 'wx', receivedModes.file);
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

/** Where files without a record are set aside; a name no source can have, and never walked into. */
export const orphanDirectory = '.orphans';

export interface LakeFile {
  /** Relative to the base directory, with `/`. */
  readonly path: string;
  readonly kind: 'record' | 'temporary';
  readonly bytes: number;
  /** Since its last change by the clock of this machine, ms. */
  readonly ageMs: number;
}

/** Throws `lake_unreadable` when the directory is not there: an unmounted lake has not lost its files. */
export async function requireLake(baseDir: string): Promise<void> {
  const found = await stat(baseDir).catch(() => null);
  if (!found?.isDirectory()) {
    throw new AppError('lake_unreadable', `${baseDir} is not there, or is no directory.`);
  }
}

/** Every `.json` and `.tmp` below the base, in no order; other files are ignored. */
export async function* lakeFiles(baseDir: string, below = ''): AsyncGenerator<LakeFile> {
  for await (const entry of await opendir(path.join(baseDir, below))) {
    const relative = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) {
      if (entry.name !== orphanDirectory) yield* lakeFiles(baseDir, relative);
    } else if (entry.isFile() && /\.(json|tmp)$/.test(entry.name)) {
      // It may be renamed or taken back at this moment.
      const found = await stat(path.join(baseDir, relative)).catch(() => null);
      if (!found) continue;
      const kind = entry.name.endsWith('.tmp') ? 'temporary' : 'record';
      yield { path: relative, kind, bytes: found.size, ageMs: Date.now() - found.mtimeMs };
    }
  }
}

export type LakeContent =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly why: string }
  | {
      readonly kind: 'document';
      readonly ingestId: string;
      readonly payload: WrittenJson;
      /** Empty for none, as in files of versions that knew no texts of pages. */
      readonly pageTitle: string;
      readonly pageText: string;
    };

/** Reads one file whole. A path that leads out of the lake is as good as none. */
export async function readLakeFile(baseDir: string, relative: string): Promise<LakeContent> {
  const target = insideLake(baseDir, relative);
  if (target === null) return { kind: 'absent' };
  const text = await readFile(target, 'utf8').catch((error: NodeJS.ErrnoException) => error);
  if (typeof text !== 'string') {
    return text.code === 'ENOENT' || text.code === 'ENOTDIR'
      ? { kind: 'absent' }
      : { kind: 'unreadable', why: `cannot be read (${text.code ?? 'unknown fault'})` };
  }
  const document = parseWritten(text);
  if (!isObject(document)) return { kind: 'unreadable', why: 'is not whole JSON' };
  const { ingest_id: id, payload } = document;
  if (typeof id !== 'string' || !isUuid(id) || payload === undefined) {
    return { kind: 'unreadable', why: 'is no record of the lake' };
  }
  const textIn = (name: 'page_title' | 'page_text') => {
    const { [name]: text } = document;
    return typeof text === 'string' ? text : '';
  };
  return {
    kind: 'document',
    ingestId: id.toLowerCase(),
    payload,
    pageTitle: textIn('page_title'),
    pageText: textIn('page_text'),
  };
}

const isObject = (value: WrittenJson | undefined): value is WrittenObject =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof WrittenNumber);

/** The absolute path, or null when it would be outside the lake. */
export function insideLake(baseDir: string, relative: string): string | null {
  const target = path.resolve(baseDir, relative);
  const way = path.relative(baseDir, target);
  return way === '' || way.startsWith('..') || path.isAbsolute(way) ? null : target;
}
