/** `pnpm holocron items …`, with a command for each change to items that the registry has; and `why`. */
import { z } from 'zod';
import { bulkPreviewOutput } from '#lib/api/outputs/bulk.ts';
import { skippedItemsOutput, waitingAnswerOutput } from '#lib/api/outputs/items.ts';
import { countOutput } from '#lib/api/outputs/shared.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { exportFormats } from '#lib/exports/csv.ts';
import type { ChangeField } from '#lib/items/changes/change.ts';
import { type AnyChange, itemChanges } from '#lib/items/changes/registry.ts';
import { workItemSorts } from '#lib/items/list/sorts.ts';
import { countInWords } from '#lib/items/words.ts';
import { command, type HolocronCommand, kebab, oneCall, option } from './command.ts';
import { outFile, writeAnswer } from './files.ts';
import { printRow, printTable, readPages, rowOf, shown } from './print.ts';
import { flag, oneOf, pairs, text, whole, words } from './values.ts';
import { bulkProgress, waitForEnd, waitOptions } from './wait.ts';

const itemId = { workItemId: 'the id of the item' };
const filterHelp = 'of the filters of docs/work-items.md, such as source=wiki status=failed';
const filter = option('<name=value...>', filterHelp, pairs);

/** `--priority <n>`, `--run-id <id>`; a choice takes its JSON, or a name of one property. */
function optionOf(field: ChangeField) {
  if (field.kind === 'number') {
    return option('<n>', field.help, whole(field.min, field.max));
  }
  if (field.kind === 'run') return option('<id>', field.help, text);
  const choices = field.options.map(({ value }) => JSON.stringify(value)).join(' or ');
  return option('<json>', `${field.label}: ${choices}`, text.transform(jsonOf));
}

function jsonOf(given: string | undefined, context: z.RefinementCtx): unknown {
  if (given === undefined) return undefined;
  try {
    return JSON.parse(given);
  } catch {
    context.addIssue({ code: 'custom', message: 'It is no JSON.' });
    return z.NEVER;
  }
}

function changeCommand({ action, label, fields = [] }: AnyChange): HolocronCommand {
  return command({
    name: `items ${action.replaceAll('_', '-')}`,
    summary: `${label}: says what would become of the items, and with --yes does it.`,
    options: {
      ...Object.fromEntries(fields.map((field) => [field.name, optionOf(field)])),
      filter,
      id: option('<id...>', 'these items instead of a filter, 1,000 at most', words),
      yes: option(null, 'do it; without it nothing is changed', flag),
      itemsPerSecond: option('<n>', 'look at so many items a second at most', whole(1, 10_000)),
      ...waitOptions,
    },
    async run({ client, out, options }) {
      const { filter: wanted, id, yes, itemsPerSecond, wait, timeout, ...chosen } = options;
      const isFiltered = Object.keys(wanted).length > 0;
      if (isFiltered === (id !== undefined)) {
        throw new AppError('usage', 'Say which items: with --filter, or by --id.', {
          remedy: 'All items of a source: --filter source=NAME.',
        });
      }
      for (const { name } of fields) {
        if (Object.hasOwn(chosen, name) && Object(chosen)[name] !== undefined) continue;
        throw new AppError('usage', `Give --${kebab(name)}.`);
      }
      const scope = id === undefined ? { filter: wanted } : { ids: id };
      const change = { action, ...chosen };
      const preview = bulkPreviewOutput.parse(
        await client.ask('bulk-actions.preview', { body: { change, scope } }),
      );
      const { expected, sample } = preview;
      out.line(`${preview.verb}: ${countInWords(expected)} ${preview.promise}.`);
      const reasons = Object.entries(sample.refusals).map(([why, many]) => `${many} ${why}`);
      out.line(
        `Of the first ${sample.judged}, ${sample.taken} would change${reasons.length > 0 ? `; left as they are: ${reasons.join(', ')}` : ''}.`,
      );
      if (!yes) {
        out.line('Nothing was changed: --yes does it.');
        out.result({ ...preview, changed: false });
        return;
      }
      if (id !== undefined) {
        const done = rowOf(await client.ask('items.change', { body: { change, ids: id } }));
        out.line(`✓ ${shown(done['outcome'])}`);
        out.result(done);
        return;
      }
      const launched = z.looseObject({ bulkActionId: z.string() }).parse(
        await client.ask('bulk-actions.launch', {
          body: { change, scope, asOf: preview.asOf, itemsPerSecond: itemsPerSecond ?? null },
        }),
      );
      const { bulkActionId } = launched;
      out.line(`✓ Background action ${bulkActionId}; workers carry it out`);
      out.result(
        wait
          ? await waitForEnd(client, out, {
              id: 'bulk-actions.get',
              params: { bulkActionId },
              timeout,
              words: bulkProgress,
            })
          : launched,
      );
    },
  });
}

export const itemCommands = [
  command({
    name: 'items list',
    summary: 'Lists work items by the filters of the console.',
    options: {
      filter,
      sort: option('<name>', `one of ${workItemSorts.join(', ')}`, oneOf(workItemSorts)),
      dir: option('<direction>', 'asc or desc', oneOf(['asc', 'desc'])),
      limit: option('<n>', 'so many at most (default: 20)', whole(1, 100_000)),
    },
    async run({ client, out, options: { filter: wanted, sort, dir, limit = 20 } }) {
      const page = await readPages(client, 'items.list', { ...wanted, sort, dir }, limit);
      printTable(out, page.rows, [
        ...['workItemId', 'sourceName', 'resourceType', 'resourceId', 'status', 'attempt'],
        'errorCode',
      ]);
      out.result(page);
    },
  }),
  command({
    name: 'items count',
    summary: 'Counts the work items of a filter.',
    options: { filter },
    async run({ client, out, options: { filter: wanted } }) {
      const count = countOutput.parse(await client.ask('items.count', { query: wanted }));
      out.line(countInWords(count));
      out.result(count);
    },
  }),
  command({
    name: 'items export',
    summary: 'Writes the work items of a filter as CSV, or a JSON a line.',
    options: {
      filter,
      format: option('<format>', 'csv or ndjson (default: csv)', oneOf(exportFormats)),
      out: outFile,
    },
    async run({ client, out, options: { filter: wanted, format, out: path } }) {
      const response = await client.open('items.export', { query: { ...wanted, format } });
      await writeAnswer(out, response, path);
    },
  }),
  oneCall('items show', 'items.get', {
    args: itemId,
    print: (out, answer) => printRow(out, rowOf(answer)['item']),
  }),
  command({
    name: 'items enqueue',
    summary: 'Enqueues a resource of a source; one that is known stays as it is.',
    options: {
      source: option('<name>', 'the source (required)', text),
      type: option('<type>', 'of the resource (required)', text),
      resourceId: option('<id>', 'of the resource (required)', text),
      uri: option('<address>', 'that is asked for (required)', text),
      runId: option('<id>', 'the run that it belongs to', text),
    },
    async run({ client, out, options: { source, type, resourceId, uri, runId } }) {
      if (!source || !type || !resourceId || !uri) {
        throw new AppError('usage', 'Give --source, --type, --resource-id and --uri.');
      }
      const item = { resourceType: type, resourceId, requestUri: uri };
      const body = { source, items: [item], ...(runId === undefined ? {} : { runId }) };
      const answer = rowOf(await client.ask('items.enqueue', { body }));
      out.line(`✓ ${shown(answer['workItemIds'])}`);
      out.result(answer);
    },
  }),
  command({
    name: 'items add',
    summary: 'Has one address, id or title of a source fetched now, and says what it became.',
    args: { text: 'as the source knows it' },
    options: {
      source: option('<name>', 'the source (required)', text),
      anyway: option(null, 'also what the rules of the source leave out', flag),
    },
    async run({ client, out, args, options: { source, anyway } }) {
      if (!source) throw new AppError('usage', 'Give --source.');
      const body = { source, text: args['text'] ?? '', anyway };
      const answer = rowOf(await client.ask('items.add', { body }));
      printRow(out, answer);
      out.result(answer);
    },
  }),
  oneCall('items skipped', 'items.skipped', {
    options: { source: option('<name>', 'only of this source', text) },
    query: ({ source }) => ({ source }),
    print: (out, answer) =>
      printTable(
        out,
        skippedItemsOutput.parse(answer).reasons.map(({ code, why: because, count }) => ({
          code,
          why: because,
          count: countInWords(count),
        })),
        ['count', 'code', 'why'],
      ),
  }),
  ...itemChanges.map(changeCommand),
];

export const why = oneCall('why', 'items.waiting', {
  args: itemId,
  print(out, answer) {
    const { unfinished, reasons, readyAt } = waitingAnswerOutput.parse(answer);
    if (!unfinished && reasons.length === 0) out.line('It waits for nothing: it is finished.');
    for (const { code, sentence, until, change } of reasons) {
      const end = until === null ? (change ?? '') : `Until ${until}.`;
      out.line(`${code}: ${shown(`${sentence} ${end}`.trim())}`);
    }
    if (readyAt !== null) out.line(`Ready at ${readyAt}.`);
  },
});
