/** Reads the body of a response within its limits, and undoes its content codings. */
import type { Readable } from 'node:stream';
import { decompress, isTooLarge } from './decompress.ts';
import { tooLarge } from './network-errors.ts';

export interface ReadBody {
  /** Without content codings. */
  readonly body: Uint8Array;
  /** As it was sent, without headers. */
  readonly wireBytes: number;
}

interface BodyOf {
  readonly encoding: string | undefined;
  /** Of what was sent, and of what it is when unpacked. */
  readonly maxBytes: number;
  /** Where more is not an error but left out; null = nowhere. */
  readonly cutAt: number | null;
  readonly url: string;
}

/**
 * Stops at the first byte too many, before more is buffered.
 * @throws AppError `egress_too_large`, `egress_encoding_unknown`; what the connection or zlib throws
 */
export async function readBody(stream: Readable, of: BodyOf): Promise<ReadBody> {
  const sent = await gather(stream, of);
  if (of.encoding === undefined) return { body: sent, wireBytes: sent.byteLength };
  try {
    const body = await decompress(sent, of.encoding, of.maxBytes);
    return {
      body: of.cutAt === null ? body : body.subarray(0, of.cutAt),
      wireBytes: sent.byteLength,
    };
  } catch (error) {
    throw isTooLarge(error) ? tooLarge(of.url, of.maxBytes) : error;
  }
}

/** Of an answer that failed, as much is read as tells why, bytes. */
const mostOfFailure = 1024 * 1024;

/**
 * The body of an answer that is no success: what can be had of it. Status and headers say what it means, and a body
 * that is cut, endless or undecodable takes nothing away from that.
 */
export async function readFailure(stream: Readable, of: BodyOf): Promise<ReadBody> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      bytes += chunk.byteLength;
      if (bytes >= mostOfFailure) break;
    }
  } catch {
    // What has come is what there is.
  }
  const sent = Buffer.concat(chunks, bytes);
  const body =
    of.encoding === undefined
      ? sent
      : await decompress(sent, of.encoding, mostOfFailure).catch(() => new Uint8Array());
  return { body, wireBytes: bytes };
}

/** By its events: an iterator over a stream costs as much as all else that is done for a small body. */
function gather(stream: Readable, { maxBytes, cutAt, encoding, url }: BodyOf): Promise<Uint8Array> {
  // Of what is compressed the beginning cannot be told before it is whole.
  const enough = encoding === undefined && cutAt !== null ? cutAt : Number.POSITIVE_INFINITY;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    const end = () => resolve(Buffer.concat(chunks, Math.min(bytes, enough)));
    stream.on('error', reject);
    stream.on('end', end);
    stream.on('close', () => {
      // Making an error takes longer than reading a small body.
      if (!stream.readableEnded) reject(closedEarly());
    });
    stream.on('data', (chunk: Uint8Array) => {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) reject(tooLarge(url, maxBytes));
      else chunks.push(chunk);
      if (bytes >= enough) end();
      // With the stream goes its connection.
      if (bytes > maxBytes || bytes >= enough) stream.destroy();
    });
  });
}

const closedEarly = () =>
  Object.assign(new Error('the body was closed before its end'), {
    code: 'ERR_STREAM_PREMATURE_CLOSE',
  });
