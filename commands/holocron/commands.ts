/** All commands of `pnpm holocron`, in the order of its help. A new one is an entry in the file of its noun. */
import { z } from 'zod';
import { endpoints } from '#lib/api/registry.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { attentionCommands } from './attention.ts';
import { endpointOf } from './client.ts';
import { command, type HolocronCommand, option } from './command.ts';
import { itemCommands, why } from './items.ts';
import { operationCommands } from './operations.ts';
import { printTable } from './print.ts';
import { recordCommands } from './records.ts';
import { runCommands } from './runs.ts';
import { settingsCommands } from './settings.ts';
import { sourceCommands } from './sources.ts';
import { pairs, text } from './values.ts';

function jsonBody(given: string | undefined): unknown {
  if (given === undefined) return undefined;
  try {
    return JSON.parse(given);
  } catch (cause) {
    throw new AppError('usage', '--body: It is no JSON.', { cause });
  }
}

/** Whatever the API has, with or without a command of its own. */
const api: HolocronCommand[] = [
  command({
    name: 'api list',
    summary: 'Lists the endpoints of the API: names, addresses, permissions.',
    async run({ out }) {
      const rows = endpoints.map(({ id, method, path, permission, summary }) => ({
        ...{ id, method, path, permission, summary },
      }));
      printTable(out, rows, ['id', 'method', 'path', 'permission', 'summary']);
      out.result({ rows });
    },
  }),
  command({
    name: 'api call',
    summary: 'Asks any endpoint of the API by its name, and prints the answer as it came.',
    args: { endpoint: 'its name, such as runs.list' },
    options: {
      param: option('<name=value...>', 'of the path', pairs),
      query: option('<name=value...>', 'behind the path', pairs),
      body: option('<json>', 'of the request', text),
      yaml: option('<text>', 'of an endpoint that takes YAML', text),
      ifMatch: option('<etag>', 'the ETag that it was read with', text),
    },
    async run({ client, out, args, options: { param, query, body, yaml, ifMatch } }) {
      const id = args['endpoint'] ?? '';
      const { output } = endpointOf(id);
      const response = await client.open(id, {
        params: param,
        query,
        body: yaml ?? jsonBody(body),
        ...(ifMatch === undefined ? {} : { ifMatch }),
      });
      const answer = await response.text();
      out.line(answer.trimEnd());
      const isJson = output !== null && typeof output !== 'string';
      out.result(isJson ? z.looseObject({}).parse(JSON.parse(answer)) : { text: answer });
    },
  }),
];

export const holocronCommands: readonly HolocronCommand[] = [
  ...runCommands,
  ...itemCommands,
  ...recordCommands,
  ...sourceCommands,
  ...operationCommands,
  ...attentionCommands,
  ...settingsCommands,
  why,
  ...api,
];

/** What the first words of commands are about. */
export const groups = {
  runs: 'Launches, follows and steers runs.',
  items: 'Finds and changes work items.',
  records: 'Reads what fetches brought.',
  sources: 'Reads, steers, exports, applies and compares sources.',
  hosts: 'Lists hosts, and says how they may be asked.',
  workers: 'Lists workers, and has them end.',
  schedules: 'Lists, makes and changes schedules.',
  alerts: 'Lists alerts, says that somebody looks after them, and sets their rules.',
  mutes: 'Lists what is muted, mutes more, and ends it.',
  quarantines: 'Lists what is held of sources, and decides on it.',
  report: 'Says what each source did in a month.',
  retention: 'Says and sets how long what grows is kept.',
  database: 'Checks the database.',
  channels: 'Lists, adds, changes and tries where notices go.',
  audit: 'Reads who did what, and verifies its chain.',
  bulk: 'Follows background actions, and takes them back.',
  api: 'Asks any endpoint of the API.',
} as const;
