/** `pnpm holocron` of what is expected, stored and kept, and of where notices go. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '#lib/errors/app-error.ts';
import { exportFormats } from '#lib/exports/csv.ts';
import { channelKinds } from '#lib/notices/message.ts';
import { command, oneCall, option } from './command.ts';
import { outFile, writeAnswer } from './files.ts';
import { printRow, printTable, printTableOf, rowOf, shown } from './print.ts';
import { days, done, flag, given, oneOf, text } from './values.ts';

const month = option('<yyyy-mm>', 'default: the present one', text);
const channelId = { channelId: 'the id of the channel' };
const rowsOf = (answer: unknown, name: string) =>
  z.array(z.record(z.string(), z.unknown())).parse(rowOf(answer)[name]);

/** Addresses of webhooks are secrets: no other process is to read them among the words of a command. */
async function addressIn(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return (await readFile(path === '-' ? '/dev/stdin' : path, 'utf8')).trim();
  } catch (cause) {
    throw new AppError('config_file_unreadable', `The file ${path} cannot be read.`, { cause });
  }
}
const addressFile = (help: string) => option('<file>', `with ${help}; - is standard input`, text);
const told = {
  alerts: option(null, 'alerts go there', flag),
  runEnds: option(null, 'the ends of runs go there', flag),
};

export const settingsCommands = [
  command({
    name: 'forecast',
    summary: 'Says what the coming hours bring, and what will not fit and why.',
    options: { window: option('<hours>', '24h or 7d (default: 24h)', oneOf(['24h', '7d'])) },
    async run({ client, out, options: { window } }) {
      const answer = rowOf(await client.ask('forecast.get', { query: { window } }));
      out.line('Launches:');
      printTable(out, rowsOf(answer, 'launches'), ['at', 'name', 'items', 'basis']);
      out.line('Requests by host:');
      printTable(out, rowsOf(answer, 'hosts'), ['host', 'total', 'delayMs']);
      out.line('What will not fit:');
      printTable(out, rowsOf(answer, 'left'), ['source', 'host', 'requests', 'obstacle']);
      out.result(answer);
    },
  }),
  command({
    name: 'report show',
    summary: 'Says what each source did in a month, and what it cost in requests.',
    options: { month },
    async run({ client, out, options: { month: of } }) {
      const answer = rowOf(await client.ask('report.get', { query: { month: of } }));
      const columns = ['source', 'fetched', 'changed', 'failed', 'missing', 'requests', 'bytes'];
      printTable(out, rowsOf(answer, 'rows'), columns);
      out.result(answer);
    },
  }),
  command({
    name: 'report export',
    summary: 'Writes what each source did in a month as CSV, or a JSON a line.',
    options: {
      month,
      format: option('<format>', 'csv or ndjson (default: csv)', oneOf(exportFormats)),
      out: outFile,
    },
    async run({ client, out, options: { month: of, format, out: path } }) {
      const response = await client.open('report.export', { query: { month: of, format } });
      await writeAnswer(out, response, path);
    },
  }),
  command({
    name: 'storage',
    summary: 'Says what is stored, how fast it grows, and how much room there is.',
    async run({ client, out }) {
      const answer = rowOf(await client.ask('storage.get'));
      const parts = [...rowsOf(answer, 'tables'), ...rowsOf(answer, 'records')];
      printTable(out, parts, ['name', 'part', 'rows', 'bytes', 'bytesPerDay']);
      out.line('Disks:');
      printTable(out, rowsOf(answer, 'disks'), ['what', 'freeBytes', 'sizeBytes', 'pausesInDays']);
      out.result(answer);
    },
  }),
  oneCall('retention show', 'retention.get', { print: (out, answer) => printRow(out, answer) }),
  command({
    name: 'retention set',
    summary: 'Sets how many days what grows is kept; what is not named stays as it is.',
    options: {
      days: option('<name=days...>', 'such as recordDays=90 runDays=forever (required)', days),
    },
    async run({ client, out, options: { days: wanted } }) {
      if (Object.keys(wanted).length === 0) throw new AppError('usage', 'Give --days.');
      const before = rowOf(await client.ask('retention.get'));
      const names = Object.keys(before).filter((name) => name !== 'sources');
      const unknown = Object.keys(wanted).find((name) => !names.includes(name));
      if (unknown !== undefined)
        throw new AppError(
          'usage',
          `${shown(unknown)} is not kept by days; ${names.join(', ')} are.`,
        );
      const body = { ...before, ...wanted };
      const answer = rowOf(await client.ask('retention.set', { body }));
      printRow(out, answer);
      out.result(answer);
    },
  }),
  oneCall('retention preview', 'retention.preview', {
    print: printTableOf('kind', 'source', 'rows', 'isAtLeast', 'bytes'),
  }),
  oneCall('database check', 'database.check', {
    print(out, answer) {
      printTableOf('name', 'outcome', 'durationMs', 'error.message')(out, answer);
      const isSound = rowsOf(answer, 'rows').every(({ outcome }) => outcome !== 'failed');
      if (!isSound) process.exitCode = 3;
    },
  }),
  oneCall('channels list', 'channels.list', {
    print: printTableOf('channelId', 'name', 'kind', 'host', 'enabled', 'blockedUntil'),
  }),
  oneCall('channels log', 'channels.deliveries', {
    print: printTableOf('createdAt', 'channelId', 'title', 'outcome', 'attempts', 'lastAnswer'),
  }),
  command({
    name: 'channels add',
    summary: 'Adds a channel of notices; what a webhook is signed with is told this once.',
    options: {
      name: option('<name>', 'of the channel (required)', text),
      kind: option('<kind>', `one of ${channelKinds.join(', ')} (required)`, oneOf(channelKinds)),
      addressFile: addressFile('where it posts to, or the recipients (required)'),
      ...told,
    },
    async run({ client, out, options: { addressFile: file, ...options } }) {
      const address = await addressIn(file);
      if (!options.name || !options.kind || !address) {
        throw new AppError('usage', 'Give --name, --kind and --address-file.');
      }
      const answer = rowOf(await client.ask('channels.add', { body: { ...options, address } }));
      printRow(out, answer);
      out.result(answer);
    },
  }),
  command({
    name: 'channels change',
    summary: 'Changes a channel; what is not named stays as it is.',
    args: channelId,
    options: {
      name: option('<name>', 'of the channel', text),
      addressFile: addressFile('a new address, or other recipients'),
      enabled: option('<yes|no>', 'whether anything goes there', oneOf(['yes', 'no'])),
      alerts: option('<yes|no>', 'whether alerts go there', oneOf(['yes', 'no'])),
      runEnds: option('<yes|no>', 'whether the ends of runs go there', oneOf(['yes', 'no'])),
      newSecret: option(null, 'a webhook is signed with a new secret from now on', flag),
    },
    async run({ client, out, args, options }) {
      const { channelId: id = '' } = args;
      const channels = rowsOf(await client.ask('channels.list'), 'rows');
      const before = channels.find((one) => one['channelId'] === id);
      if (before === undefined) throw new AppError('not_found', 'There is no such channel.');
      const chosen = (name: 'enabled' | 'alerts' | 'runEnds') =>
        options[name] === undefined ? before[name] : options[name] === 'yes';
      const body = {
        name: options.name ?? before['name'],
        address: (await addressIn(options.addressFile)) ?? '',
        enabled: chosen('enabled'),
        alerts: chosen('alerts'),
        runEnds: chosen('runEnds'),
        timing: before['timing'],
        newSecret: options.newSecret,
      };
      const answer = rowOf(
        await client.ask('channels.change', { params: { channelId: id }, body: given(body) }),
      );
      printRow(out, answer);
      out.result(answer);
    },
  }),
  oneCall('channels delete', 'channels.delete', {
    args: channelId,
    print: done('It is deleted with what waited for it'),
  }),
  oneCall('channels test', 'channels.test', {
    args: channelId,
    print(out, answer) {
      const { ok, words: said } = rowOf(answer);
      out.line(`${ok === true ? '✓' : '✗'} ${shown(said)}`);
      if (ok !== true) process.exitCode = 3;
    },
  }),
];
