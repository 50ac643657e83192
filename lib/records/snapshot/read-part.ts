/** Reads one part of a snapshot, record by record, and vouches for it at its end. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parseJson } from '#lib/json.ts';
import { payloadIsSound } from '../stored-payload.ts';
import { damaged } from './manifest.ts';
import { type RecordLine, recordLineSchema, type SnapshotPart } from './model.ts';

/** No record is larger: what the crawler fetches is bounded far below. */
const longestLine = 512 * 1024 * 1024;

/**
 * Yields what stands in the part. Whether the part is whole is known only at its end: throws
 * `snapshot_damaged` there, or earlier for a line that is no sound record.
 */
export async function* readPart(
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
      yield soundRecord(line, `Line ${records} of ${file}`);
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

function soundRecord(line: string, where: string): RecordLine {
  const parsed = recordLineSchema.safeParse(parseJson(line));
  if (!parsed.success) throw damaged(`${where} is no record.`);
  if (!payloadIsSound(parsed.data)) {
    throw damaged(`${where} does not match its own hash: record ${parsed.data.ingest_id}.`);
  }
  return parsed.data;
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
