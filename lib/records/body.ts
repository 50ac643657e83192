/**
 * What was received, as it was received. Where the payload in UTF-8 is those very bytes it is kept once, as the
 * payload; else the bytes stand in `record_bodies`, packed where it pays. They are written in one transaction with
 * their record and deleted with it.
 */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip, gzip, type ZlibOptions } from 'node:zlib';
import type { Session } from '#db/engine.ts';
import { sha256 } from '#lib/canonical-json.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { isUuid } from '#lib/ids.ts';
import type { PackedBody, RecordBody } from '#lib/queue/model.ts';

/** Fewer turns of the event loop for each megabyte, and little memory for what is small. */
const pack = (body: Uint8Array) =>
  promisify<Uint8Array, ZlibOptions, Buffer>(gzip)(body, {
    chunkSize: Math.min(Math.max(body.byteLength, 4 * 1024), 256 * 1024),
  });
const unpack = (body: Uint8Array) =>
  promisify<Uint8Array, ZlibOptions, Buffer>(gunzip)(body, { chunkSize: 64 * 1024 });

/** What is hashed or compared between two turns of the event loop, bytes or characters: a millisecond or two. */
const step = 512 * 1024;

/** Hex. */
async function hashOf(body: Uint8Array): Promise<string> {
  if (body.byteLength <= step) return sha256(body);
  const hash = createHash('sha256');
  for (let at = 0; at < body.byteLength; at += step) {
    hash.update(body.subarray(at, at + step));
    await setImmediate();
  }
  return hash.digest('hex');
}

/** No database keeps NUL in a text everywhere; the body has it. */
export const storableText = (text: string): string =>
  text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;

async function isTextOf(body: Uint8Array, text: string): Promise<boolean> {
  let at = 0;
  for (let from = 0; from < text.length; ) {
    const end = endOfPart(text, from);
    const part = Buffer.from(text.slice(from, end));
    if (!part.equals(body.subarray(at, at + part.byteLength))) return false;
    at += part.byteLength;
    from = end;
    if (from < text.length) await setImmediate();
  }
  return at === body.byteLength;
}

/** A pair of surrogates stays together. */
function endOfPart(text: string, from: number): number {
  const end = Math.min(from + step, text.length);
  const last = text.charCodeAt(end - 1);
  return end < text.length && last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}

/**
 * A body as it is kept beside its payload.
 * @param payload the text that is stored
 */
export async function keptBody(body: Uint8Array, payload: string): Promise<RecordBody> {
  const hash = await hashOf(body);
  const apart = (await isTextOf(body, payload)) ? null : await packBody(body);
  return { sha256: hash, bytes: body.byteLength, apart };
}

/** What is shorter gains nothing; bytes. */
const leastPacked = 256;
/** Of a large body its beginning tells whether the rest is worth it. */
const sampleBytes = 64 * 1024;
/** Packed as gzip, which `DECOMPRESS` of SQL Server reads, where that saves a tenth at least. */
const worthwhile = 0.9;

async function packBody(body: Uint8Array): Promise<PackedBody> {
  const plain = { coding: 'identity', data: body } as const;
  if (body.byteLength < leastPacked) return plain;
  if (body.byteLength > sampleBytes) {
    const sample = await pack(body.subarray(0, sampleBytes));
    if (sample.byteLength > sampleBytes * worthwhile) return plain;
  }
  const data = await pack(body);
  return data.byteLength > body.byteLength * worthwhile ? plain : { coding: 'gzip', data };
}

export const unpackBody = async ({ coding, data }: PackedBody): Promise<Uint8Array> =>
  coding === 'gzip' ? unpack(data) : data;

export interface ReceivedBody {
  readonly body: Uint8Array;
  readonly sha256: string;
  readonly contentType: string | null;
  /** By which the payload was read; null when it is no text. */
  readonly charset: string | null;
}

/**
 * The bytes that were received. Null when there is no such record, or none are known: of records of older versions,
 * and of those whose payload is a part of an answer or made of several.
 * @throws AppError `body_damaged` when they are not those that were stored
 */
export async function getReceivedBody(
  session: Session,
  ingestId: string,
): Promise<ReceivedBody | null> {
  if (!isUuid(ingestId)) return null;
  const row = await session.q
    .selectFrom('IngestRecords')
    .leftJoin('record_bodies', 'record_bodies.ingest_id', 'IngestRecords.ingest_id')
    .select(['payload', 'content_type', 'charset', 'body_sha256', 'body_bytes', 'coding', 'body'])
    .where('IngestRecords.ingest_id', '=', ingestId)
    .executeTakeFirst();
  if (!row?.body_sha256) return null;
  const body =
    row.coding === null || row.body === null
      ? Buffer.from(row.payload)
      : await unpackBody({ coding: row.coding, data: row.body }).catch(() => null);
  if (body === null || (await hashOf(body)) !== row.body_sha256) {
    throw new AppError(
      'body_damaged',
      'The bytes of this record are not those that were received: their SHA-256 differs.',
    );
  }
  return {
    body,
    sha256: row.body_sha256,
    contentType: row.content_type,
    charset: row.charset,
  };
}
