/** `pnpm holocron sources …`: their state, and all of them as YAML: exported, planned, applied, compared. */
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '#lib/errors/app-error.ts';
import type { Output } from '../support/program.ts';
import { command, oneCall, option } from './command.ts';
import { printRow, printTableOf, rowOf, shown } from './print.ts';
import { flag, text, whole } from './values.ts';

const source = { source: 'the name or the id of the source' };
const file = { file: 'YAML with sources and seeds, secrets as references' };

const planSchema = z.looseObject({
  sources: z.array(
    z.looseObject({
      name: z.string(),
      type: z.string(),
      change: z.enum(['new', 'changed', 'unchanged']),
      differs: z.array(z.string()),
    }),
  ),
  notInFile: z.array(z.string()),
});
type Plan = z.output<typeof planSchema>;

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new AppError('config_file_unreadable', `The file ${path} cannot be read.`, { cause });
  }
}

const signs = { new: '+', changed: '~', unchanged: '=' } as const;

function printPlan(out: Output, { sources, notInFile }: Plan): void {
  for (const { name, type, change, differs } of sources) {
    const what = differs.length > 0 ? `: ${differs.join(', ')}` : '';
    out.line(`${signs[change]} ${shown(name)} (${type}) ${change}${what}`);
  }
  for (const name of notInFile) out.line(`- ${shown(name)} is not in the file`);
}

const done = (word: string) => (out: Output, _: unknown, args: Readonly<Record<string, string>>) =>
  out.line(`✓ ${args['source'] ?? ''} ${word}`);

export const sourceCommands = [
  oneCall('sources list', 'sources.list', {
    print: printTableOf('name', 'type', 'enabled', 'pausedAt', 'revision', 'updatedAt'),
  }),
  oneCall('sources show', 'sources.get', {
    args: source,
    print: (out, answer) => printRow(out, answer),
  }),
  command({
    name: 'sources export',
    summary: 'Writes all sources as YAML, with references instead of secrets.',
    options: { out: option('<file>', 'where to (default: standard output)', text) },
    async run({ client, out, options: { out: path } }) {
      const yaml = await (await client.open('sources.export')).text();
      if (path === undefined) out.line(yaml.trimEnd());
      else {
        await writeFile(path, yaml);
        out.line(`✓ ${path}`);
      }
      out.result(path === undefined ? { yaml } : { file: path });
    },
  }),
  command({
    name: 'sources plan',
    summary: 'Says what applying a file would create and change, and changes nothing.',
    args: file,
    async run({ client, out, args }) {
      const body = await textOf(args['file'] ?? '');
      const plan = planSchema.parse(await client.ask('sources.plan', { body }));
      printPlan(out, plan);
      out.result(plan);
    },
  }),
  command({
    name: 'sources apply',
    summary: 'Creates the sources of a file, or makes those that exist like it; all or nothing.',
    args: file,
    async run({ client, out, args }) {
      const body = await textOf(args['file'] ?? '');
      const counts = rowOf(await client.ask('sources.import', { body }));
      const { created, updated, unchanged } = counts;
      out.line(
        `✓ ${shown(created)} created, ${shown(updated)} changed, ${shown(unchanged)} as they were`,
      );
      out.result(counts);
    },
  }),
  command({
    name: 'sources drift',
    summary: 'Ends with 2 when the sources are not those of a file: others, fewer or changed.',
    args: file,
    options: { ignoreOthers: option(null, 'sources that the file does not have are none', flag) },
    async run({ client, out, args, options: { ignoreOthers } }) {
      const body = await textOf(args['file'] ?? '');
      const plan = planSchema.parse(await client.ask('sources.plan', { body }));
      const sources = plan.sources.filter(({ change }) => change !== 'unchanged');
      const notInFile = ignoreOthers ? [] : plan.notInFile;
      const drifted = sources.length > 0 || notInFile.length > 0;
      printPlan(out, { sources, notInFile });
      if (!drifted) out.line('✓ The sources are those of the file');
      if (drifted) process.exitCode = 2;
      out.result({ drifted, sources, notInFile });
    },
  }),
  oneCall('sources pause', 'sources.pause', {
    args: source,
    options: {
      reason: option('<text>', 'shown to whoever asks why nothing of it runs', text),
      minutes: option('<n>', 'how long (default: until somebody resumes it)', whole(1, 527_040)),
    },
    body: ({ reason, minutes }) =>
      reason === undefined && minutes === undefined
        ? undefined
        : {
            ...(reason === undefined ? {} : { reason }),
            ...(minutes === undefined ? {} : { end: { minutes } }),
          },
    print: done('is paused'),
  }),
  oneCall('sources resume', 'sources.resume', { args: source, print: done('goes on') }),
  oneCall('sources comment', 'sources.comment', {
    args: source,
    options: { text: option('<text>', 'for whoever looks after it (required)', text) },
    body({ text: body }) {
      if (body === undefined) throw new AppError('usage', 'Give --text.');
      return { body };
    },
    print: (out, answer) => printRow(out, answer),
  }),
  oneCall('sources comments', 'sources.comments', {
    args: source,
    print: printTableOf('at', 'by', 'body'),
  }),
  oneCall('sources days', 'sources.days', {
    args: source,
    print: printTableOf('day', 'fetched', 'changed', 'failed', 'skipped', 'missing', 'requests'),
  }),
  oneCall('sources revisions', 'sources.revisions', {
    args: source,
    print: printTableOf('revision', 'changedAt', 'changedBy', 'note'),
  }),
  oneCall('sources delete', 'sources.delete', { args: source, print: done('is deleted') }),
  oneCall('sources test', 'sources.test', {
    args: source,
    print: (out, answer) => printRow(out, answer),
  }),
];
