/**
 * Reads the body of a response within its limits, undoing its content encodings as a stream, so that a limit
 * can stop it anywhere; counts what came over the wire.
 */
import { pipeline, type Readable, Transform } from 'node:stream';
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from 'node:zlib';
import { AppError } from '#lib/errors/app-error.ts';
import { tooLarge } from './network-errors.ts';

/** What is asked for; the decompressors below are those a server may answer with all the same. */
export const acceptEncoding = 'zstd, br, gzip';

const decompressors = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
  ['zstd', createZstdDecompress],
]);

/** A chain longer than this is an attack, not a saving. */
const maxLayers = 2;

/**
 * Throws `egress_response_invalid` for encodings that were not asked for and are not known.
 * @param counter stands before the decompressors and sees what came over the wire
 */
function decompress(
  body: Readable,
  contentEncoding: string | undefined,
  counter: Transform,
): AsyncIterable<Uint8Array> {
  const layers = (contentEncoding ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity')
    .reverse();
  const stages = layers.slice(0, maxLayers).flatMap((name) => decompressors.get(name)?.() ?? []);
  if (stages.length < layers.length) {
    body.destroy();
    throw new AppError(
      'egress_response_invalid',
      `The response is encoded as "${contentEncoding}", which cannot be read.`,
    );
  }
  // The reader sees a failure of any stage, and its leaving closes them all, so nothing is left here.
  return [counter, ...stages].reduce<Readable>(
    (source, stage) => pipeline(source, stage, () => undefined),
    body,
  );
}

export interface ReadBody {
  /** Decompressed. */
  readonly body: Uint8Array;
  /** As it was sent, without headers. */
  readonly wireBytes: number;
}

/**
 * Stops at the first byte too many, before more is buffered: of what was decompressed, and of what was
 * sent, since a compressed stream may go on for ever without yielding anything.
 */
export async function readBody(
  stream: Readable,
  { encoding, maxBytes, url }: { encoding: string | undefined; maxBytes: number; url: string },
): Promise<ReadBody> {
  // As it is: nothing stands between the connection and the reader.
  if (encoding === undefined) {
    const body = await gather(stream, maxBytes, url);
    return { body, wireBytes: body.byteLength };
  }
  let wireBytes = 0;
  const counter = new Transform({
    transform(chunk: Uint8Array, _, done) {
      wireBytes += chunk.byteLength;
      if (wireBytes > maxBytes) done(tooLarge(url, maxBytes));
      else done(null, chunk);
    },
  });
  const body = await gather(decompress(stream, encoding, counter), maxBytes, url);
  return { body, wireBytes };
}

async function gather(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
  url: string,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop by an exception destroys the streams, and with them the connection.
  for await (const chunk of stream) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge(url, maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}
