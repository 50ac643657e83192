/** `pnpm holocron runs …`. */
import { z } from 'zod';
import { runKinds } from '#lib/runs/model.ts';
import type { Output } from '../support/program.ts';
import type { Client } from './client.ts';
import { command, oneCall, option } from './command.ts';
import { printRow, printTable, readPages, rowOf, shown } from './print.ts';
import { flag, given, oneOf, text, whole, words } from './values.ts';
import { waitForEnd, waitOptions } from './wait.ts';

const runId = { runId: 'the id of the run' };
const launchedSchema = z.looseObject({ runId: z.string() });

const eventsSchema = z.looseObject({ events: z.array(z.record(z.string(), z.unknown())) });

const numbers = (run: Record<string, unknown>) =>
  `${shown(run['status'])}: ${shown(run['itemsProcessed'])} of ${shown(run['itemsTotal'])} items, ${shown(run['itemsFailed'])} failed`;

const facts = [
  ...['runId', 'name', 'kind', 'status', 'phase', 'startedAt', 'completedAt', 'pausedAt'],
  ...['endReason', 'itemsTotal', 'itemsProcessed', 'itemsSucceeded', 'itemsFailed', 'itemsSkipped'],
];

const control = (verb: 'pause' | 'resume' | 'stop' | 'cancel') =>
  oneCall(`runs ${verb}`, `runs.${verb}`, {
    args: runId,
    print: (out, run) => out.line(`✓ ${numbers(rowOf(run))}`),
  });

/** Launched, and waited for when that was asked for. */
async function follow(
  { client, out }: { readonly client: Client; readonly out: Output },
  answer: unknown,
  { wait, timeout }: { readonly wait: boolean; readonly timeout: number | undefined },
): Promise<void> {
  const launched = launchedSchema.parse(answer);
  const { runId: id } = launched;
  out.line(`✓ Run ${id} with ${shown(launched['itemsTotal'])} items`);
  const waiting = { id: 'runs.get', params: { runId: id }, timeout, words: numbers };
  out.result(wait ? await waitForEnd(client, out, waiting) : launched);
}

export const runCommands = [
  command({
    name: 'runs launch',
    summary: 'Launches a run over some sources or over all, and can wait for its end.',
    options: {
      kind: option('<kind>', `one of ${runKinds.join(', ')} (default: seed)`, oneOf(runKinds)),
      recrawl: option(null, 'the same as --kind recrawl', flag),
      source: option('<name...>', 'only these sources (default: all that are enabled)', words),
      name: option('<name>', 'what the run is called', text),
      stale: option('<days>', 'recrawl: what was not fetched for so many days', whole(0, 3650)),
      due: option(null, 'recrawl: what is due by its own rhythm', flag),
      priority: option('<n>', 'of its items; lower goes first', whole(0, 1_000_000)),
      maxItems: option('<n>', 'take at most so many items', whole(1, 100_000_000)),
      maxDepth: option('<n>', 'follow at most so many links from a seed', whole(0, 100)),
      maxRequests: option('<n>', 'send at most so many requests', whole(1, 100_000_000)),
      maxMinutes: option('<n>', 'ask for nothing more after so long', whole(1, 43_200)),
      dryRun: option(null, 'count what it would take in, and launch nothing', flag),
      ...waitOptions,
    },
    async run({ client, out, options }) {
      const { recrawl, kind, source, stale, due, dryRun, wait, timeout, ...rest } = options;
      const request = given({
        ...rest,
        kind: recrawl ? 'recrawl' : (kind ?? 'seed'),
        sources: source,
        staleDays: stale,
        due: due || undefined,
      });
      if (dryRun) {
        const preview = rowOf(await client.ask('runs.preview', { body: { request } }));
        printRow(out, preview);
        out.result(preview);
        return;
      }
      const launched = await client.ask('runs.launch', { body: request });
      await follow({ client, out }, launched, { wait, timeout });
    },
  }),
  command({
    name: 'runs list',
    summary: 'Lists runs, the latest first.',
    options: {
      status: option(
        '<status>',
        'one of running, completed, failed, cancelled',
        oneOf(['running', 'completed', 'failed', 'cancelled']),
      ),
      limit: option('<n>', 'so many at most (default: 20)', whole(1, 100_000)),
    },
    async run({ client, out, options: { status, limit = 20 } }) {
      const page = await readPages(client, 'runs.list', { status }, limit);
      printTable(out, page.rows, [
        ...['runId', 'name', 'kind', 'status', 'startedAt', 'itemsTotal', 'itemsProcessed'],
        'itemsFailed',
      ]);
      out.result(page);
    },
  }),
  oneCall('runs show', 'runs.get', {
    args: runId,
    print: (out, run) => printRow(out, run, facts),
  }),
  command({
    name: 'runs wait',
    summary: 'Waits until a run is over.',
    args: runId,
    options: { timeout: waitOptions.timeout },
    async run({ client, out, args, options: { timeout } }) {
      const waiting = { id: 'runs.get', params: args, timeout, words: numbers };
      out.result(await waitForEnd(client, out, waiting));
    },
  }),
  oneCall('runs progress', 'runs.progress', {
    args: runId,
    print: (out, one) => printRow(out, one),
  }),
  oneCall('runs log', 'runs.events', {
    args: runId,
    options: {
      limit: option('<n>', 'so many at most (default: 50)', whole(1, 100)),
      before: option(
        '<id>',
        'only older ones: where a log before it was searched to',
        whole(0, 9_999_999_999),
      ),
    },
    query: ({ limit, before }) => ({ limit: limit?.toString(), before: before?.toString() }),
    print: (out, page) =>
      printTable(out, eventsSchema.parse(page).events, ['at', 'level', 'kind', 'message']),
  }),
  control('pause'),
  control('resume'),
  control('stop'),
  control('cancel'),
  command({
    name: 'runs retry',
    summary: 'Launches a run over what failed in another.',
    args: runId,
    options: waitOptions,
    async run({ client, out, args, options }) {
      await follow({ client, out }, await client.ask('runs.retry', { params: args }), options);
    },
  }),
  command({
    name: 'runs recrawl',
    summary: 'Launches a recrawl of what a run has completed.',
    args: runId,
    options: {
      maxItems: option('<n>', 'take at most so many items', whole(1, 100_000_000)),
      maxRequests: option('<n>', 'end after so many requests', whole(1, 1_000_000_000)),
      maxMinutes: option('<n>', 'end after so many minutes', whole(1, 1_000_000)),
      ...waitOptions,
    },
    async run({ client, out, args, options: { wait, timeout, ...budget } }) {
      const asking = { params: args, body: { budget: given(budget) } };
      const answer = await client.ask('runs.recrawl', asking);
      await follow({ client, out }, answer, { wait, timeout });
    },
  }),
];
