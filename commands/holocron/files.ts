/** Answers that are files: written where they are wanted, as they come. */
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { AppError } from '#lib/errors/app-error.ts';
import type { Output } from '../support/program.ts';
import { option } from './command.ts';
import { text } from './values.ts';

export const outFile = option(
  '<file>',
  'a file that does not exist yet (default: standard output)',
  text,
);

/** To standard output, or into a file that is not there yet; what was written of one that broke off is removed. */
export async function writeAnswer(
  out: Output,
  response: Response,
  file: string | undefined,
): Promise<void> {
  if (file === undefined) {
    await pipeline(streamOf(response), process.stdout, { end: false });
    return;
  }
  try {
    await pipeline(streamOf(response), createWriteStream(file, { flags: 'wx', mode: 0o640 }));
  } catch (cause) {
    const isThere = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    if (isThere) throw new AppError('input_invalid', `There is already a file ${file}.`);
    await rm(file, { force: true });
    throw cause;
  }
  out.line(`✓ ${file}`);
  out.result({ file });
}

/** A body of nothing has no stream. */
const streamOf = ({ body }: Response): Readable =>
  body === null
    ? Readable.from([])
    : // The same stream by the types of Node.
      Readable.fromWeb(body as ReadableStream<Uint8Array>);
