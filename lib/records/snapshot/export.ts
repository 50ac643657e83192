/** Writes records into a new snapshot, as a stream: memory holds some megabytes, however many there are. */

import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { sql } from 'kysely';
import type { Db, Session } from '#db/engine.ts';
import { normaliseInstant } from '#db/instant.ts';
import type { Instant } from '#db/schema.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { readNow } from '#lib/now.ts';
import { receivedModes } from '../lake.ts';
import {
  formatName,
  formatVersion,
  type Manifest,
  manifestName,
  type RecordLine,
  type SnapshotPart,
  sealed,
} from './manifest.ts';

export interface SnapshotExport {
  /** Absolute; must not exist. It appears when everything in it is whole. */
  readonly directory: string;
  /** Names of sources; null = all. */
  readonly sources: readonly string[] | null;
  /** For tests; default 100,000. */
  readonly recordsPerPart?: number;
  readonly onPart?: (part: SnapshotPart) => void;
}

/**
 * @throws AppError `snapshot_exists`, `forbidden`
 */
export async function exportSnapshot(
  db: Db,
  actor: Actor,
  request: SnapshotExport,
): Promise<Manifest> {
  requirePermission(actor, 'console:view');
  const { directory, sources } = request;
  if (await exists(directory)) {
    throw new AppError('snapshot_exists', `${directory} exists already.`);
  }
  const madeAt = await readNow(db);
  await db.transaction((tx) =>
    recordAudit(tx, actor, {
      action: 'records.export',
      targetType: 'record',
      targetId: null,
      summary: `Exported the records of ${sources === null ? 'all sources' : sources.join(', ')}`,
      after: { sources },
    }),
  );
  const unfinished = `${directory}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: receivedModes.directory });
  try {
    const parts = await writeParts(db, { sources, until: madeAt }, unfinished, request);
    const manifest = sealed({
      format: formatName,
      version: formatVersion,
      made_at: madeAt,
      sources: sources === null ? null : [...sources],
      records: parts.reduce((sum, part) => sum + part.records, 0),
      parts,
    });
    await writeFile(path.join(unfinished, manifestName), `${JSON.stringify(manifest, null, 2)}\n`, {
      flush: true,
      mode: receivedModes.file,
    });
    await rename(unfinished, directory);
    return manifest;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

async function writeParts(
  db: Db,
  scope: RecordScope,
  directory: string,
  { recordsPerPart = 100_000, onPart }: SnapshotExport,
): Promise<SnapshotPart[]> {
  const lines = recordLines(db, scope);
  const parts: SnapshotPart[] = [];
  let next = await lines.next();
  while (!next.done) {
    const file = `records-${String(parts.length + 1).padStart(5, '0')}.ndjson.gz`;
    let records = 0;
    const ofPart = async function* () {
      for (; !next.done && records < recordsPerPart; next = await lines.next()) {
        records += 1;
        yield next.value;
      }
    };
    const written = await writePart(path.join(directory, file), ofPart());
    const part = { file, records, ...written };
    parts.push(part);
    onPart?.(part);
  }
  return parts;
}

async function writePart(
  file: string,
  lines: AsyncIterable<string>,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(
    lines,
    createGzip(),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.byteLength;
        yield chunk;
      }
    },
    createWriteStream(file, { flags: 'wx', flush: true, mode: receivedModes.file }),
  );
  return { bytes, sha256: hash.digest('hex') };
}

const exists = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  );

export interface RecordScope {
  /** Names of sources; null = all. */
  readonly sources: readonly string[] | null;
  /** Records fetched later than this are left out: they are being stored while others are read. */
  readonly until: Instant;
}

const idsAtOnce = 500;
/** Payloads read at once, as stored; one that is larger is read by itself. */
const bytesAtOnce = 8 * 1024 * 1024;

/** Each with its line feed. */
export async function* recordLines(session: Session, scope: RecordScope): AsyncGenerator<string> {
  let after: string | null = null;
  while (true) {
    const page: readonly Sized[] = await nextIds(session, scope, after);
    for (const ids of groupsBySize(page)) {
      for (const record of await readRecords(session, ids)) yield `${JSON.stringify(record)}\n`;
    }
    if (page.length < idsAtOnce) return;
    after = page.at(-1)?.ingest_id ?? null;
  }
}

interface Sized {
  readonly ingest_id: string;
  readonly bytes: number;
}

function nextIds(
  { q, engine }: Session,
  { sources, until }: RecordScope,
  after: string | null,
): Promise<Sized[]> {
  let query = q
    .selectFrom('IngestRecords')
    .leftJoin('record_bodies', 'record_bodies.ingest_id', 'IngestRecords.ingest_id')
    .select((eb) => [
      'IngestRecords.ingest_id',
      sql<number>`${engine.byteLength(eb.ref('payload'))}
        + coalesce(${engine.byteLength(eb.ref('page_text'))}, 0)
        + coalesce(${engine.byteLength(eb.ref('record_bodies.body'))}, 0)`.as('bytes'),
    ])
    .where('fetched_at_utc', '<=', engine.instantParam(until))
    .orderBy('IngestRecords.ingest_id');
  if (sources !== null) query = query.where('source_name', 'in', engine.listed([...sources]));
  if (after !== null) query = query.where('IngestRecords.ingest_id', '>', after);
  return engine.take(query, idsAtOnce).execute();
}

function* groupsBySize(page: readonly Sized[]): Generator<string[]> {
  let group: string[] = [];
  let bytes = 0;
  for (const record of page) {
    if (group.length > 0 && bytes + Number(record.bytes) > bytesAtOnce) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(record.ingest_id);
    bytes += Number(record.bytes);
  }
  if (group.length > 0) yield group;
}

async function readRecords(
  { q, engine }: Session,
  ids: readonly string[],
): Promise<readonly RecordLine[]> {
  const rows = await q
    .selectFrom('IngestRecords')
    .leftJoin('record_bodies', 'record_bodies.ingest_id', 'IngestRecords.ingest_id')
    .select([
      'IngestRecords.ingest_id',
      'source_system',
      'source_name',
      'resource_type',
      'resource_id',
      'request_uri',
      'request_method',
      'request_headers',
      'status_code',
      'response_headers',
      'payload',
      'hash_sha256',
      'run_id',
      'work_item_id',
      'attempt',
      'error_message',
      'duration_ms',
      'content_type',
      'content_hash',
      'charset',
      'body_sha256',
      'body_bytes',
      'page_title',
      'page_text',
      'coding',
      'body',
    ])
    .select((eb) => engine.cursorText(eb.ref('fetched_at_utc')).as('fetched_at_utc'))
    .where('IngestRecords.ingest_id', 'in', engine.listed(ids))
    .orderBy('IngestRecords.ingest_id')
    .execute();
  return rows.map((row) => ({
    ingest_id: row.ingest_id.toLowerCase(),
    source_system: row.source_system,
    source_name: row.source_name,
    resource_type: row.resource_type,
    resource_id: row.resource_id,
    request_uri: row.request_uri,
    request_method: row.request_method,
    request_headers: row.request_headers,
    status_code: row.status_code,
    response_headers: row.response_headers,
    payload: row.payload,
    fetched_at_utc: withoutEmptyDecimals(normaliseInstant(row.fetched_at_utc)),
    hash_sha256: row.hash_sha256,
    run_id: row.run_id?.toLowerCase() ?? null,
    work_item_id: row.work_item_id?.toLowerCase() ?? null,
    attempt: row.attempt,
    error_message: row.error_message,
    duration_ms: row.duration_ms,
    content_type: row.content_type,
    content_hash: row.content_hash,
    charset: row.charset,
    body_sha256: row.body_sha256,
    body_bytes: row.body_bytes === null ? null : Number(row.body_bytes),
    page_title: row.page_title,
    page_text: row.page_text,
    body:
      row.coding === null || row.body === null
        ? null
        : { coding: row.coding, base64: Buffer.from(row.body).toString('base64') },
  }));
}

/** One moment has one form, whichever engine it comes from: milliseconds, and more where there is more. */
const withoutEmptyDecimals = (instant: string) => instant.replace(/(\.\d{3}\d*?)0*Z$/, '$1Z');
