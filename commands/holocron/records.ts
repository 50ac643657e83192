/** `pnpm holocron records …`. */
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { AppError } from '#lib/errors/app-error.ts';
import { command, oneCall, option } from './command.ts';
import { printRow, printTable, readPages } from './print.ts';
import { flag, pairs, text, whole } from './values.ts';

const ingestId = { ingestId: 'the id of the record' };

/** What a body of nothing has no stream for. */
const streamOf = ({ body }: Response): Readable =>
  body === null ? Readable.from([]) : Readable.fromWeb(body as ReadableStream<Uint8Array>);

async function download(response: Response, file: string): Promise<void> {
  try {
    // What is there already is never written over.
    await pipeline(streamOf(response), createWriteStream(file, { flags: 'wx', mode: 0o640 }));
  } catch (cause) {
    const isThere = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    if (isThere) throw new AppError('input_invalid', `There is already a file ${file}.`);
    await rm(file, { force: true });
    throw cause;
  }
}

export const recordCommands = [
  command({
    name: 'records list',
    summary: 'Lists records, newest first.',
    options: {
      filter: option('<name=value...>', 'such as source=wiki resource_id=Yoda', pairs),
      limit: option('<n>', 'so many at most (default: 20)', whole(1, 100_000)),
    },
    async run({ client, out, options: { filter, limit = 20 } }) {
      const page = await readPages(client, 'records.list', filter, limit);
      printTable(out, page.rows, [
        ...['ingestId', 'sourceName', 'resourceType', 'resourceId', 'statusCode', 'fetchedAt'],
      ]);
      out.result(page);
    },
  }),
  oneCall('records get', 'records.get', {
    args: ingestId,
    print: (out, answer) => printRow(out, answer),
  }),
  command({
    name: 'records download',
    summary: 'Writes what was received, byte by byte, or the payload as text.',
    args: ingestId,
    options: {
      text: option(null, 'the payload as text instead of the bytes', flag),
      out: option('<file>', 'a file that does not exist yet (default: standard output)', text),
    },
    async run({ client, out, args, options: { text: isText, out: file } }) {
      const id = isText ? 'records.payload' : 'records.bytes';
      const response = await client.open(id, { params: args });
      if (file === undefined) {
        await pipeline(streamOf(response), process.stdout as Writable, { end: false });
        return;
      }
      await download(response, file);
      out.line(`✓ ${file}`);
      out.result({ file });
    },
  }),
];
