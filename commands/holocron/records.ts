/** `pnpm holocron records …`. */
import { command, oneCall, option } from './command.ts';
import { outFile, writeAnswer } from './files.ts';
import { printRow, printTable, readPages } from './print.ts';
import { flag, pairs, whole } from './values.ts';

const ingestId = { ingestId: 'the id of the record' };

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
    name: 'records text',
    summary: 'Writes the main text of a page, as it was extracted.',
    args: ingestId,
    options: {
      out: outFile,
    },
    async run({ client, out, args, options: { out: file } }) {
      await writeAnswer(out, await client.open('records.text', { params: args }), file);
    },
  }),
  command({
    name: 'records download',
    summary: 'Writes what was received, byte by byte, or the payload as text.',
    args: ingestId,
    options: {
      text: option(null, 'the payload as text instead of the bytes', flag),
      out: outFile,
    },
    async run({ client, out, args, options: { text: isText, out: file } }) {
      const id = isText ? 'records.payload' : 'records.bytes';
      const response = await client.open(id, { params: args });
      await writeAnswer(out, response, file);
    },
  }),
];
