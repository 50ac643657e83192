/** What may be wrong with the file lake, and how each fault is repaired. */

import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { chunksOf } from '#db/chunks.ts';
import type { Session } from '#db/engine.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { getRecord } from './detail.ts';
import {
  insideLake,
  type LakeFile,
  lakeDocument,
  orphanDirectory,
  readLakeFile,
  receivedModes,
  writeLakeFile,
} from './lake.ts';
import { payloadIsSound, payloadValue } from './payload-hash.ts';

export interface LakeFinding {
  /**
   * `missing`: a record names a file that is not there. `damaged`: it cannot be read, is of another record
   * or of another hash. `outdated`: the record was read again, and has a title or main text that it lacks, or the other
   * way round. `orphaned`: a file that no record names. `leftover`: a temporary file of a writer
   * that ended.
   */
  readonly kind: 'missing' | 'damaged' | 'outdated' | 'orphaned' | 'leftover';
  /** Relative to the lake's directory. */
  readonly path: string;
  readonly ingestId: string | null;
  /** Completes "The file …". */
  readonly why: string;
  /** Null when nothing was to be repaired. */
  readonly repaired: Repaired | null;
}

export interface LakeCheck {
  /** Absolute. */
  readonly baseDir: string;
  readonly prettyPrint: boolean;
  /** Writes missing, damaged and outdated files again from their records, and sets aside what no record names. */
  readonly fix: boolean;
  /** Files younger than this may belong to a record that is being committed, ms; default 10 min. */
  readonly graceMs?: number;
}

export interface LakeTally {
  /** Records that name a file. */
  readonly records: number;
  /** Files beyond the grace. */
  readonly files: number;
  readonly found: number;
  readonly repaired: number;
}

/** Files read at the same time; each may be as large as the largest payload. */
const readers = 4;

/** The results in order, worked out a few at a time. */
export async function inTurns<T, R>(
  values: readonly T[],
  each: (value: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (const chunk of chunksOf(values, readers)) {
    results.push(...(await Promise.all(chunk.map(each))));
  }
  return results;
}

/** What came of repairing one fault. */
export type Repaired = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** A fault of the file system is returned, not thrown: the next file may be repaired all the same. */
async function tried(act: () => Promise<unknown>): Promise<Repaired> {
  try {
    await act();
    return { ok: true };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown fault';
    return { ok: false, why: `the file system refused (${code})` };
  }
}

/** Those of one page (no longer than `chunkSize`) of files that are no longer being written. */
export async function findOrphans(
  session: Session,
  page: readonly LakeFile[],
  check: LakeCheck,
): Promise<LakeFinding[]> {
  const files = await inTurns(
    page.filter(({ kind }) => kind === 'record'),
    async ({ path: file }) => {
      const content = await readLakeFile(check.baseDir, file);
      // Of what may be large only the id is kept for the page.
      const ingestId = content.kind === 'document' ? content.ingestId : null;
      return { path: file, isThere: content.kind !== 'absent', ingestId };
    },
  );
  const pathOf = await pathsById(
    session,
    files.flatMap(({ ingestId }) => ingestId ?? []),
  );
  const doubtful = files.filter(
    ({ path: file, isThere, ingestId }) =>
      isThere && (ingestId === null || pathOf.get(ingestId) !== file),
  );
  // A damaged file has a wrong id or none: its record is looked for by the path. That reads through
  // the records, and is rare.
  const named = await pathsNamed(
    session,
    doubtful.map((one) => one.path),
  );
  const findings: LakeFinding[] = [];
  for (const { path: file, ingestId } of doubtful) {
    if (named.has(file)) continue;
    const other = ingestId === null ? undefined : pathOf.get(ingestId);
    const why = other ? `is not the one its record names, ${other}` : 'is of no record';
    const repaired = check.fix ? await setAside(check.baseDir, file) : null;
    findings.push({ kind: 'orphaned', path: file, ingestId, why, repaired });
  }
  for (const { kind, path: file } of page) {
    if (kind !== 'temporary') continue;
    const why = 'was left by a writer that ended';
    const repaired = check.fix
      ? await tried(() => rm(path.join(check.baseDir, file), { force: true }))
      : null;
    findings.push({ kind: 'leftover', path: file, ingestId: null, why, repaired });
  }
  return findings;
}

/** Nothing is thrown away: it may belong to a database that is not this one. */
function setAside(baseDir: string, file: string): Promise<Repaired> {
  const target = path.join(baseDir, orphanDirectory, file);
  return tried(async () => {
    await mkdir(path.dirname(target), { recursive: true, mode: receivedModes.directory });
    await rename(path.join(baseDir, file), target);
  });
}

async function pathsById(
  { q, engine }: Session,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  if (ids.length === 0) return new Map();
  const rows = await q
    .selectFrom('IngestRecords')
    .select(['ingest_id', 'lake_path'])
    .where('ingest_id', 'in', engine.listed(ids))
    .execute();
  return new Map(rows.map((row) => [row.ingest_id.toLowerCase(), row.lake_path]));
}

async function pathsNamed(
  { q, engine }: Session,
  paths: readonly string[],
): Promise<ReadonlySet<string | null>> {
  if (paths.length === 0) return new Set();
  const rows = await q
    .selectFrom('IngestRecords')
    .select('lake_path')
    .where('lake_path', 'in', engine.listed(paths))
    .execute();
  return new Set(rows.map((row) => row.lake_path));
}

/** A record that does not match its own hash is not written: the file may be the last true copy. */
export async function rewriteLakeFile(
  session: Session,
  ingestId: string,
  options: { readonly baseDir: string; readonly prettyPrint: boolean },
): Promise<Repaired> {
  const record = await getRecord(session, ingestId);
  const stored = await session.q
    .selectFrom('IngestRecords')
    .select(['payload', 'content_type', 'hash_sha256', 'body_sha256', 'page_text'])
    .where('ingest_id', '=', ingestId)
    .executeTakeFirst();
  if (!record || !stored) return { ok: false, why: 'its record was removed meanwhile' };
  if (!payloadIsSound(stored)) {
    return { ok: false, why: 'the payload of its record does not match its hash either' };
  }
  const target = insideLake(options.baseDir, record.lakePath ?? '');
  if (target === null) return { ok: false, why: 'its path leads out of the lake' };
  const document = lakeDocument({
    ...record,
    hashSha256: record.hash,
    bodySha256: record.bodyHash,
    pageText: stored.page_text,
    payload: payloadValue(stored),
  });
  const relative = path.relative(options.baseDir, target);
  try {
    await writeLakeFile(relative, document, options);
    return { ok: true };
  } catch (error) {
    if (error instanceof AppError) return { ok: false, why: error.message };
    throw error;
  }
}
