/** Reads the body of an answer within its limits, decompressed, and counts what came over the wire. */

import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { tooLarge } from './classify-failure.ts';
import { decompress } from './decompress.ts';

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
