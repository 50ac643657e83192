/** Undoes the content encodings of an answer as a stream, so that a limit can stop it anywhere. */
import { pipeline, type Readable, type Transform } from 'node:stream';
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from 'node:zlib';
import { AppError } from '#lib/errors/app-error.ts';

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
export function decompress(
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
      `The answer is encoded as "${contentEncoding}", which cannot be read.`,
    );
  }
  // The reader sees a failure of any stage, and its leaving closes them all, so nothing is left here.
  return [counter, ...stages].reduce<Readable>(
    (source, stage) => pipeline(source, stage, () => undefined),
    body,
  );
}
