/**
 * Brings the records of a snapshot into a database. The whole snapshot is read and verified before the
 * first record is written; then the records that are absent are inserted, a few at a time. What was
 * broken off goes on where it was when the same import is started again.
 */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { chunksOf, rowsAtOnce } from '#db/chunks.ts';
import type { Db, Session } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { sha256 } from '#lib/canonical-json.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { parseJson } from '#lib/json.ts';
import { unpackBody } from '../body.ts';
import { payloadIsSound } from '../payload-hash.ts';
import {
  damaged,
  type Manifest,
  type RecordLine,
  readManifest,
  recordLineSchema,
  type SnapshotPart,
} from './manifest.ts';

export interface SnapshotReading {
  readonly directory: string;
  /** After each part that was verified, and again after each that was imported. */
  readonly onPart?: (part: SnapshotPart, step: 'verified' | 'imported') => void;
}

export interface ImportTally {
  readonly records: number;
  readonly inserted: number;
  /** Were there before, with the same content. */
  readonly known: number;
}

/** Reads everything and writes nothing. Throws `snapshot_unreadable` or `snapshot_damaged`. */
export async function verifySnapshot({ directory, onPart }: SnapshotReading): Promise<Manifest> {
  const manifest = await readManifest(directory);
  for (const part of manifest.parts) {
    // Every record is checked as it is read; nothing is kept.
    for await (const _ of readPart(directory, part)) void _;
    onPart?.(part, 'verified');
  }
  return manifest;
}

/**
 * @throws AppError as `verifySnapshot`; `snapshot_conflict` when a record of the same id has other
 *   content here; `forbidden`
 */
export async function importSnapshot(
  db: Db,
  actor: Actor,
  reading: SnapshotReading,
): Promise<ImportTally> {
  requirePermission(actor, 'settings:manage');
  const manifest = await verifySnapshot(reading);
  const tally = { records: manifest.records, inserted: 0, known: 0 };
  for (const part of manifest.parts) {
    for await (const group of groupsOf(readPart(reading.directory, part))) {
      const inserted = await db.transaction((tx) => insertAbsent(tx, group));
      tally.inserted += inserted;
      tally.known += group.length - inserted;
    }
    reading.onPart?.(part, 'imported');
  }
  await db.transaction((tx) =>
    recordAudit(tx, actor, {
      action: 'records.import',
      targetType: 'record',
      targetId: null,
      summary: `Imported ${tally.inserted} records of a snapshot of ${manifest.made_at}`,
      after: { ...tally, manifest_sha256: manifest.manifest_sha256 },
    }),
  );
  return tally;
}

const recordsAtOnce = 256;
/** Characters of payload, body and main text in one transaction; one record that has more is alone in its own. */
const charactersAtOnce = 8 * 1024 * 1024;

const lengthOf = ({ payload, body, page_text: text }: RecordLine): number =>
  payload.length + (body?.base64.length ?? 0) + (text?.length ?? 0);

async function* groupsOf(records: AsyncIterable<RecordLine>): AsyncGenerator<RecordLine[]> {
  let group: RecordLine[] = [];
  let characters = 0;
  for await (const record of records) {
    const isFull =
      group.length >= recordsAtOnce || characters + lengthOf(record) > charactersAtOnce;
    if (isFull && group.length > 0) {
      yield group;
      group = [];
      characters = 0;
    }
    group.push(record);
    characters += lengthOf(record);
  }
  if (group.length > 0) yield group;
}

/** How many were inserted. Two imports at once meet at the key: the second transaction runs again. */
async function insertAbsent(tx: Session, group: readonly RecordLine[]): Promise<number> {
  const here = await tx.q
    .selectFrom('IngestRecords')
    .select(['ingest_id', 'hash_sha256', 'content_hash', 'source_name', 'resource_id'])
    .where('ingest_id', 'in', tx.engine.listed(group.map((record) => record.ingest_id)))
    .execute();
  const known = new Map(here.map((row) => [row.ingest_id.toLowerCase(), row]));
  const absent: RecordLine[] = [];
  for (const record of group) {
    const row = known.get(record.ingest_id);
    if (!row) absent.push(record);
    else if (!isSame(row, record)) {
      throw new AppError(
        'snapshot_conflict',
        `Record ${record.ingest_id} (${record.source_name}, ${record.resource_id}) exists here with other content.`,
      );
    }
  }
  for (const rows of rowsAtOnce(absent)) {
    await tx.q
      .insertInto('IngestRecords')
      .values(
        rows.map(({ body: _body, ...record }) => ({
          ...record,
          fetched_at_utc: tx.engine.instantParam(record.fetched_at_utc),
          // A path in the lake of another deployment means nothing here.
          lake_path: null,
        })),
      )
      .execute();
  }
  const bodies = absent.flatMap(({ ingest_id, body }) =>
    body === null
      ? []
      : [{ ingest_id, coding: body.coding, body: Buffer.from(body.base64, 'base64') }],
  );
  // One that a record left behind which went by plain SQL, and is brought back now.
  for (const some of chunksOf(bodies)) {
    const ids = some.map(({ ingest_id }) => ingest_id);
    await tx.q
      .deleteFrom('record_bodies')
      .where('ingest_id', 'in', tx.engine.listed(ids))
      .execute();
  }
  await tx.engine.insertRecordBodies(tx, bodies);
  return absent.length;
}

const isSame = (
  row: Pick<RecordLine, 'hash_sha256' | 'content_hash' | 'source_name' | 'resource_id'>,
  record: RecordLine,
): boolean =>
  row.hash_sha256 === record.hash_sha256 &&
  row.content_hash === record.content_hash &&
  row.source_name === record.source_name &&
  row.resource_id === record.resource_id;

/** No record is larger: what the crawler fetches is bounded far below. */
const longestLine = 512 * 1024 * 1024;

/**
 * Yields what stands in the part. Whether the part is whole is known only at its end: throws
 * `snapshot_damaged` there, or earlier for a line that is no sound record.
 */
async function* readPart(
  directory: string,
  part: SnapshotPart,
): AsyncGenerator<RecordLine, void, void> {
  const file = path.join(directory, part.file);
  const hash = createHash('sha256');
  let bytes = 0;
  let records = 0;
  const source = createReadStream(file);
  source.on('data', (chunk) => {
    hash.update(chunk);
    bytes += chunk.length;
  });
  const text = createGunzip();
  // A fault of either ends both, and reaches the reader below.
  pipeline(source, text, () => undefined);
  try {
    for await (const line of linesOf(text)) {
      records += 1;
      yield await soundRecord(line, `Line ${records} of ${file}`);
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.name !== 'AppError') {
      throw damaged(`${file} cannot be read to its end (${String(error.code)}).`, error);
    }
    throw error;
  } finally {
    source.destroy();
  }
  if (bytes !== part.bytes || hash.digest('hex') !== part.sha256) {
    throw damaged(`${file} is not the file that was written: its checksum differs.`);
  }
  if (records !== part.records) {
    throw damaged(`${file} has ${records} records where ${part.records} were written.`);
  }
}

async function soundRecord(line: string, where: string): Promise<RecordLine> {
  const parsed = recordLineSchema.safeParse(parseJson(line));
  if (!parsed.success) throw damaged(`${where} is no record.`);
  if (!payloadIsSound(parsed.data)) {
    throw damaged(`${where} does not match its own hash: record ${parsed.data.ingest_id}.`);
  }
  if (!(await bodyIsSound(parsed.data))) {
    throw damaged(`${where} has other bytes than were received: record ${parsed.data.ingest_id}.`);
  }
  return parsed.data;
}

async function bodyIsSound({ payload, body_sha256: hash, body }: RecordLine): Promise<boolean> {
  if (hash === null) return body === null;
  if (body === null) return sha256(payload) === hash;
  const data = Buffer.from(body.base64, 'base64');
  const bytes = await unpackBody({ coding: body.coding, data }).catch(() => null);
  return bytes !== null && sha256(bytes) === hash;
}

/** The text between line feeds; the last line needs none. */
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let begun: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      yield Buffer.concat([...begun, chunk.subarray(from, end)]).toString('utf8');
      begun = [];
      length = 0;
      from = end + 1;
    }
    const rest = chunk.subarray(from);
    length += rest.byteLength;
    if (length > longestLine) throw damaged('A line has no end.');
    if (rest.byteLength > 0) begun.push(rest);
  }
  if (length > 0) yield Buffer.concat(begun).toString('utf8');
}
