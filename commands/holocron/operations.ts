/** `pnpm holocron` of what surrounds the items: hosts, workers, schedules, the audit log, background actions, everything. */

import { AppError } from '#lib/errors/app-error.ts';
import { exportFormats } from '#lib/exports/csv.ts';
import { throughputWindows } from '#lib/metrics/model.ts';
import { runKinds } from '#lib/runs/model.ts';
import type { Output } from '../support/program.ts';
import { command, oneCall, option } from './command.ts';
import { outFile, writeAnswer } from './files.ts';
import { printRow, printTable, printTableOf, readPages, rowOf, shown } from './print.ts';
import { done, flag, given, oneOf, pairs, text, whole, words } from './values.ts';
import { bulkProgress, waitForEnd, waitOptions } from './wait.ts';

const host = { host: 'name, and port where it is not that of the scheme' };
const workerId = { workerId: 'the id of the worker' };
const scheduleId = { scheduleId: 'the id of the schedule' };
const bulkActionId = { bulkActionId: 'the id of the background action' };

const row = (out: Output, answer: unknown) => printRow(out, answer);

/** Why, and until when, as stopping and blocking ask. */
const stopping = {
  reason: option('<text>', 'why: it is shown to everybody (required)', text),
  minutes: option('<n>', 'how long (default: until somebody ends it)', whole(1, 527_040)),
};
function whyAndEnd(options: { reason?: string | undefined; minutes?: number | undefined }) {
  const { reason, minutes } = options;
  if (reason === undefined) throw new AppError('usage', 'Give a --reason.');
  return { reason, end: minutes === undefined ? null : { minutes } };
}

export const operationCommands = [
  command({
    name: 'hosts list',
    summary: 'Lists hosts, those asked last first.',
    options: {
      view: option('<view>', 'blocked or paced', oneOf(['blocked', 'paced'])),
      name: option('<text>', 'whose name has this in it', text),
      limit: option('<n>', 'so many at most (default: 20)', whole(1, 100_000)),
    },
    async run({ client, out, options: { limit = 20, ...query } }) {
      const page = await readPages(client, 'hosts.list', query, limit);
      printTable(out, page.rows, [
        ...['host', 'blockedUntil', 'blockedReason', 'paceMs', 'lastStatus', 'lastRequestAt'],
      ]);
      out.result(page);
    },
  }),
  oneCall('hosts show', 'hosts.get', { args: host, print: row }),
  oneCall('hosts robots', 'hosts.try-robots', {
    args: host,
    options: {
      address: option('<address>', 'of the host, or a path (required)', text),
      agent: option('<name>', 'as a source calls itself (required)', text),
    },
    query({ address, agent }) {
      if (!address || !agent) throw new AppError('usage', 'Give --address and --agent.');
      return { address, agent };
    },
    print: row,
  }),
  oneCall('hosts limit', 'hosts.set-limits', {
    args: host,
    options: {
      delayMs: option('<ms>', 'between requests (default: as each source says)', whole(0, 3.6e6)),
      concurrency: option('<n>', 'requests at once (default: as workers send)', whole(1, 1000)),
    },
    body: ({ delayMs = null, concurrency = null }) => ({ delayMs, concurrency }),
    print: done('Its limits are set'),
  }),
  oneCall('hosts block', 'hosts.block', {
    args: host,
    options: stopping,
    body: whyAndEnd,
    print: done('All workers leave it alone'),
  }),
  oneCall('hosts unblock', 'hosts.clear-block', {
    args: host,
    print: done('It may be asked again'),
  }),
  oneCall('workers list', 'workers.list', {
    print: printTableOf('workerId', 'state', 'hostName', 'version', 'inFlight', 'heartbeatAt'),
  }),
  oneCall('workers drain', 'workers.drain', {
    args: workerId,
    print: done('It finishes what it holds and ends'),
  }),
  oneCall('workers keep', 'workers.keep', { args: workerId, print: done('It stays') }),
  oneCall('schedules list', 'schedules.list', {
    print: printTableOf('scheduleId', 'name', 'cron', 'timezone', 'enabled', 'nextAt'),
  }),
  oneCall('schedules show', 'schedules.get', { args: scheduleId, print: row }),
  oneCall('schedules create', 'schedules.create', {
    options: {
      name: option('<name>', 'of the schedule (required)', text),
      cron: option('<expression>', 'minute, hour, day, month, weekday (required)', text),
      timezone: option('<zone>', 'that the expression is meant in (default: UTC)', text),
      disabled: option(null, 'it launches nothing yet', flag),
      kind: option('<kind>', `one of ${runKinds.join(', ')} (default: seed)`, oneOf(runKinds)),
      source: option('<name...>', 'only these sources (default: all that are enabled)', words),
      stale: option('<days>', 'recrawl: what was not fetched for so many days', whole(0, 3650)),
      due: option(null, 'recrawl: what is due by its own rhythm', flag),
      maxItems: option('<n>', 'take at most so many items', whole(1, 100_000_000)),
    },
    body({ name, cron, timezone = 'UTC', disabled, kind = 'seed', source, stale, due, maxItems }) {
      if (name === undefined || cron === undefined) {
        throw new AppError('usage', 'Give --name and --cron.');
      }
      const request = { kind, sources: source, staleDays: stale, due: due || undefined, maxItems };
      return { name, cron, timezone, enabled: !disabled, request: given(request) };
    },
    print: row,
  }),
  ...(['enable', 'disable'] as const).map((verb) =>
    command({
      name: `schedules ${verb}`,
      summary: verb === 'enable' ? 'Has a schedule launch runs.' : 'Has a schedule launch nothing.',
      args: scheduleId,
      async run({ client, out, args }) {
        const { name, cron, timezone, request } = rowOf(
          await client.ask('schedules.get', { params: args }),
        );
        const body = { name, cron, timezone, request, enabled: verb === 'enable' };
        const answer = rowOf(await client.ask('schedules.update', { params: args, body }));
        out.line(`✓ ${shown(name)} is ${verb}d; next at ${shown(answer['nextAt'])}`);
        out.result(answer);
      },
    }),
  ),
  oneCall('schedules delete', 'schedules.delete', {
    args: scheduleId,
    print: done('It is deleted; the runs it launched stay'),
  }),
  command({
    name: 'audit list',
    summary: 'Lists the audit log, newest first.',
    options: {
      filter: option('<name=value...>', 'such as actor=ada action=run from=2026-01-31', pairs),
      limit: option('<n>', 'so many at most (default: 20)', whole(1, 100_000)),
    },
    async run({ client, out, options: { filter, limit = 20 } }) {
      const page = await readPages(client, 'audit.list', filter, limit);
      printTable(out, page.rows, ['at', 'actorEmail', 'address', 'action', 'summary']);
      out.result(page);
    },
  }),
  oneCall('audit verify', 'audit.verify', {
    print(out, answer) {
      const { checked, faultCount, faults } = rowOf(answer);
      out.line(`${shown(checked)} entries, ${shown(faultCount)} faults`);
      printTableOf('kind', 'position', 'message')(out, { rows: faults });
      if (faultCount !== 0) process.exitCode = 3;
    },
  }),
  command({
    name: 'audit export',
    summary: 'Writes the audit log with its chain as CSV, or a JSON a line.',
    options: {
      filter: option('<name=value...>', 'as audit list takes them', pairs),
      format: option('<format>', 'csv or ndjson (default: csv)', oneOf(exportFormats)),
      out: outFile,
    },
    async run({ client, out, options: { filter, format, out: path } }) {
      await writeAnswer(
        out,
        await client.open('audit.export', { query: { ...filter, format } }),
        path,
      );
    },
  }),
  command({
    name: 'search',
    summary: 'Finds items, sources and runs by id, name or key.',
    args: { text: 'at least two characters' },
    async run({ client, out, args }) {
      const answer = await client.ask('search', { query: { q: args['text'] ?? '' } });
      printTableOf('kind', 'id', 'title', 'detail')(out, answer);
      out.result(rowOf(answer));
    },
  }),
  command({
    name: 'bulk list',
    summary: 'Lists background actions, newest first.',
    options: { limit: option('<n>', 'so many at most (default: 20)', whole(1, 100_000)) },
    async run({ client, out, options: { limit = 20 } }) {
      const page = await readPages(client, 'bulk-actions.list', {}, limit);
      printTable(out, page.rows, [
        ...['bulkActionId', 'change.action', 'status', 'isDryRun', 'processed', 'changed'],
      ]);
      out.result(page);
    },
  }),
  oneCall('bulk show', 'bulk-actions.get', { args: bulkActionId, print: row }),
  command({
    name: 'bulk wait',
    summary: 'Waits until a background action is over.',
    args: bulkActionId,
    options: { timeout: waitOptions.timeout },
    async run({ client, out, args, options: { timeout } }) {
      const waiting = { id: 'bulk-actions.get', params: args, timeout, words: bulkProgress };
      out.result(await waitForEnd(client, out, waiting));
    },
  }),
  oneCall('bulk speed', 'bulk-actions.set-speed', {
    args: bulkActionId,
    options: {
      itemsPerSecond: option(
        '<n>',
        'look at so many (default: as fast as it goes)',
        whole(1, 10_000),
      ),
    },
    body: ({ itemsPerSecond = null }) => ({ itemsPerSecond }),
    print: row,
  }),
  command({
    name: 'bulk refused',
    summary: 'Writes the items that a background action left as they are, with why, as CSV.',
    args: bulkActionId,
    options: {
      out: outFile,
    },
    async run({ client, out, args, options: { out: path } }) {
      await writeAnswer(out, await client.open('bulk-actions.refused', { params: args }), path);
    },
  }),
  oneCall('bulk stop', 'bulk-actions.stop', { args: bulkActionId, print: row }),
  ...(['undo', 'carry-out'] as const).map((verb) =>
    oneCall(`bulk ${verb}`, verb === 'undo' ? 'bulk-actions.undo' : 'bulk-actions.carry-out', {
      args: bulkActionId,
      print: (out, answer) =>
        out.line(`✓ Background action ${shown(rowOf(answer)['bulkActionId'])}`),
    }),
  ),
  oneCall('stop', 'stop.set', {
    options: {
      ...stopping,
      release: option(null, 'give back what is in progress instead of finishing it', flag),
    },
    body: ({ release, ...options }) => ({
      ...whyAndEnd(options),
      inFlight: release ? 'release' : 'finish',
    }),
    print: done('Everything is stopped: nothing is claimed until it goes on'),
  }),
  oneCall('go-on', 'stop.end', { print: done('Everything goes on') }),
  oneCall('stopped', 'stop.get', {
    print(out, answer) {
      const { stop } = rowOf(answer);
      if (stop === null) out.line('Nothing is stopped.');
      else printRow(out, stop);
    },
  }),
  command({
    name: 'overview',
    summary: 'Says what the first page of the console shows: throughput, runs, failures, warnings.',
    options: {
      window: option('<hours>', `one of ${throughputWindows.join(', ')}`, oneOf(throughputWindows)),
    },
    async run({ client, out, options: { window } }) {
      const answer = rowOf(await client.ask('statistics.overview', { query: { window } }));
      printRow(out, answer, ['asOf', 'total', 'totals', 'workers', 'oldestClaimable']);
      out.line('Running:');
      printTableOf('runId', 'name', 'total', 'succeeded', 'failed')(out, { rows: answer['runs'] });
      out.line('Failures:');
      printTableOf('code', 'httpStatus', 'host', 'failed')(out, { rows: answer['errors'] });
      out.line('Warnings:');
      printTableOf('title', 'detail')(out, { rows: answer['warnings'] });
      out.result(answer);
    },
  }),
  oneCall('statistics', 'statistics.totals', {
    print(out, answer) {
      const { bySource } = rowOf(answer);
      printTableOf(
        'sourceName',
        ...['pending', 'in_progress', 'completed', 'failed', 'skipped'].map(
          (status) => `byStatus.${status}`,
        ),
      )(out, { rows: bySource });
    },
  }),
];
