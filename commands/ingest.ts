/**
 * `pnpm ingest --config FILE [--seed | --recrawl [--stale DAYS | --due] | --retry-failed] [--source NAME…]
 * [--max-items N] [--batch-size N] [--stats] [--verbose] [--json]`
 */
import { Option } from 'commander';
import type { Db } from '#db/engine.ts';
import { systemActor } from '#lib/actor/model.ts';
import type { SourceInput } from '#lib/config/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { loadConfig } from '#lib/load-config.ts';
import type { WorkItemStatus } from '#lib/queue/model.ts';
import { knownSeeds } from '#lib/runs/known-seeds.ts';
import { type LaunchedRun, launchIngest, launchRun } from '#lib/runs/launch-run.ts';
import { openRuntime, type Runtime } from '#lib/runtime.ts';
import type { Source } from '#lib/sources/read-sources.ts';
import { upsertSource } from '#lib/sources/save-source.ts';
import { type EndOfWork, endOfWork, endOfWorkCodes } from '#worker/end-of-work.ts';
import type { ItemResult, LeasedItem } from '#worker/pipeline/context.ts';
import { prepareEmbedded, requireMigrated } from '#worker/prepare-database.ts';
import { showProgress } from '#worker/progress.ts';
import { runWorker } from '#worker/run-worker.ts';
import { createStop, stopOnSignals } from '#worker/stop.ts';
import { logDatabase, terminalLog } from '#worker/terminal-log.ts';
import {
  nothing,
  type Outcome,
  processedOf,
  report,
  runOfMost,
  sumOf,
} from './support/ingest-outcomes.ts';
import {
  databaseOption,
  defineCommand,
  jsonOption,
  outputOf,
  runProgram,
  type SettingsFlags,
  wholeNumber,
} from './support/program.ts';

interface IngestFlags extends SettingsFlags {
  readonly config: string;
  readonly seed?: boolean;
  readonly recrawl?: boolean;
  readonly stale?: number;
  readonly due?: boolean;
  readonly retryFailed?: boolean;
  readonly source?: readonly string[];
  readonly maxItems?: number;
  readonly batchSize?: number;
  readonly stats?: boolean;
  readonly verbose?: boolean;
  readonly json?: boolean;
}

const interruptedCode = 130;
const actor = systemActor('ingest');

async function main(flags: IngestFlags): Promise<number> {
  refuseStray(flags);
  const config = loadConfig({
    flags: { ...flags, logLevel: flags.verbose ? 'debug' : undefined },
  });
  const log = terminalLog('ingest', flags.verbose ? config.logLevel : quieter(config.logLevel));
  for (const note of config.notes) log.warn(note);
  requireNamed(flags, config.sources);
  logDatabase(log, config.database);
  await prepareEmbedded(config.database);
  const runtime = await openRuntime(config, log);
  try {
    await requireMigrated(runtime);
    if (flags.stats) return await printStats(runtime, flags);
    return await ingest(runtime, flags);
  } finally {
    await runtime.close();
  }
}

/** Without --verbose a bar or a line shows the progress, and the log only what went wrong. */
function quieter<Level extends string>(level: Level): Level | 'warn' {
  return level === 'info' ? 'warn' : level;
}

/** What only makes sense with something else. Before anything is touched. */
function refuseStray({ recrawl, retryFailed, stale, due, source }: IngestFlags): void {
  const stray =
    (stale !== undefined || due) && !recrawl
      ? `${due ? '--due' : '--stale'} narrows a recrawl, and there is no --recrawl.`
      : source !== undefined && !recrawl && !retryFailed
        ? '--source narrows --recrawl and --retry-failed, and there is neither.'
        : null;
  if (stray !== null) throw new AppError('usage', stray);
}

/** The same for names that the file does not know, or has disabled. */
function requireNamed({ source, config }: IngestFlags, sources: readonly SourceInput[]): void {
  for (const name of source ?? []) {
    const known = sources.find((one) => one.name === name);
    if (known === undefined) {
      const names = sources.map((one) => one.name).join(', ');
      throw new AppError('source_unknown', `${config} declares no source "${name}".`, {
        remedy: names === '' ? 'Declare it there.' : `Use one of: ${names}.`,
      });
    }
    if (known.enabled) continue;
    throw new AppError('source_paused', `The source "${name}" is disabled in ${config}.`, {
      remedy: 'Remove enabled: false there.',
    });
  }
}

async function ingest(runtime: Runtime, flags: IngestFlags): Promise<number> {
  const sources = await upsertSources(runtime);
  const known: ReadonlyMap<WorkItemStatus, number> = flags.seed
    ? await knownSeeds(runtime.db, sources)
    : new Map();
  const launched = await launch(runtime, sources, flags);
  if (flags.seed) reportSeeds(flags, launched?.itemsTotal ?? 0, known);
  const outcomes = new Map<string | null, Outcome>();
  if (launched !== null) outcomes.set(launched.runId, { ...nothing });
  const seedsOnly = flags.seed === true && flags.maxItems === undefined;
  const interrupted = seedsOnly ? false : await work(runtime, outcomes);
  const total = sumOf(outcomes.values());
  const end = seedsOnly ? done : await endOf(runtime, total, interrupted);
  report(outputOf(flags), outcomes, {
    run_id: launched?.runId ?? runOfMost(outcomes),
    items_left: end.left,
    interrupted,
    ...(flags.seed ? { seeds_known: Object.fromEntries(known) } : {}),
  });
  return interrupted ? interruptedCode : end.code;
}

const done: EndOfWork = { code: 0, left: null };

/** What lies beyond a bound that was given is not left: nobody wanted it done. */
async function endOf(
  { db, config }: Runtime,
  total: Outcome,
  interrupted: boolean,
): Promise<EndOfWork> {
  const end = await endOfWork(db, total, interrupted);
  const { maxItems } = config.runner;
  const isBounded = maxItems !== null && processedOf(total) >= maxItems;
  return isBounded && total.failed === 0 ? done : end;
}

/** A seed that is known is not fetched again: how it can be. */
function reportSeeds(
  flags: IngestFlags,
  seeded: number,
  known: ReadonlyMap<WorkItemStatus, number>,
): void {
  const out = outputOf(flags);
  out.line(`Seeded ${seeded} new ${seeded === 1 ? 'item' : 'items'}.`);
  const settled = [...known].filter(([status]) => status !== 'pending' && status !== 'in_progress');
  if (settled.length === 0) return;
  const counts = settled.map(([status, count]) => `${count} ${status}`).join(', ');
  const ways = [
    ...(known.has('completed') ? ['--recrawl fetches what is completed again'] : []),
    ...(known.has('failed') ? ['--retry-failed tries what failed again'] : []),
  ];
  const way = ways.length === 0 ? '' : ` In place of --seed, ${ways.join(', ')}.`;
  out.line(`Seeds that are known already were not fetched again: ${counts}.${way}`);
}

async function upsertSources({ db, config, secretBox, log }: Runtime): Promise<Source[]> {
  const sources: Source[] = [];
  for (const input of config.sources) {
    const { source, change } = await upsertSource(db, actor, input, {
      secretBox,
      note: 'From the configuration file',
    });
    log.info({ source: source.name, revision: source.revision }, `source ${change}`);
    if (source.enabled) sources.push(source);
  }
  return sources;
}

/** Null when the file's sources have nothing to do but what other runs have queued. */
function launch(
  { db }: Runtime,
  sources: readonly Source[],
  flags: IngestFlags,
): Promise<LaunchedRun | null> {
  const seeding = flags.seed === true;
  const again = flags.recrawl === true || flags.retryFailed === true;
  // A run over no source would be one over all enabled sources of the database, whatever the file says.
  if (sources.length === 0) {
    if (!seeding && !again) return Promise.resolve(null);
    const what = seeding ? 'seed' : 'fetch from again';
    throw new AppError('config_invalid', `${flags.config} declares no enabled source to ${what}.`, {
      remedy: 'Add a source with seeds, or leave --seed out to work on what is pending.',
    });
  }
  const name = `ingest --config ${flags.config}`.slice(0, 200);
  if (!again) return launchIngest(db, actor, sources, { name, seeding });
  return launchAgain(db, flags, flags.source ?? sources.map((source) => source.name));
}

/** Null when there is nothing to fetch again: for a command that runs every night that is no fault. */
async function launchAgain(
  db: Db,
  { config, recrawl, stale, due, ...flags }: IngestFlags,
  sources: readonly string[],
): Promise<LaunchedRun | null> {
  const kind = recrawl ? 'recrawl' : 'retry';
  try {
    return await launchRun(db, actor, {
      kind,
      name: `ingest --config ${config} --${recrawl ? 'recrawl' : 'retry-failed'}`.slice(0, 200),
      sources: [...sources],
      ...(stale === undefined ? {} : { staleDays: stale }),
      ...(due ? { due } : {}),
    });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'run_has_no_items') throw error;
    outputOf(flags).line(error.message);
    return null;
  }
}

/**
 * Works until nothing is left to claim, and counts what became of the items, by the run they belong to (null =
 * none). True when it was interrupted.
 */
async function work(runtime: Runtime, outcomes: Map<string | null, Outcome>): Promise<boolean> {
  const { runner } = runtime.config;
  const stop = createStop((reason) =>
    runtime.log.warn({ reason }, 'stopping: what is in flight is finished or released'),
  );
  const undo = stopOnSignals(stop);
  const onResult = (result: ItemResult, { item: { runId } }: LeasedItem) => {
    const { kind } = result;
    if (kind !== 'completed' && kind !== 'failed' && kind !== 'skipped') return;
    const outcome = outcomes.get(runId) ?? { ...nothing };
    outcome[kind] += 1;
    if (kind === 'completed') outcome.discovered += result.discovered;
    outcomes.set(runId, outcome);
  };
  const startedAt = performance.now();
  const display = showProgress(async () => ({
    tally: sumOf(outcomes.values()),
    pending: await unfinished(runtime),
    maxItems: runner.maxItems,
    elapsedMs: performance.now() - startedAt,
  }));
  try {
    await runWorker(runtime, { ...runner, maxItems: runner.maxItems, once: true, onResult }, stop);
    return stop.soft.aborted;
  } finally {
    display.stop();
    stop.dispose();
    undo();
  }
}

/** Leased items are still to be processed as well. */
async function unfinished({ store }: Runtime): Promise<number> {
  const { pending, in_progress } = (await store.getStats()).byStatus;
  return pending + in_progress;
}

async function printStats({ store }: Runtime, flags: IngestFlags): Promise<number> {
  const { byStatus, total } = await store.getStats();
  const out = outputOf(flags);
  for (const [status, count] of Object.entries(byStatus)) out.line(`${status.padEnd(12)}${count}`);
  out.line(`${'total'.padEnd(12)}${total}`);
  out.result(byStatus);
  return 0;
}

export const program = defineCommand({
  name: 'ingest',
  description: "Upserts the file's sources, then seeds, recrawls or retries, and ingests once.",
  reads: 'the YAML file, sources and ready items',
  changes: 'the sources of the file, items, records and a run; migrates the embedded database',
  examples: [
    ['--config ingest.yaml --seed', 'enqueues the seeds and ends'],
    ['--config ingest.yaml --seed --max-items 100', 'then processes a hundred items at most'],
    ['--config ingest.yaml --recrawl --stale 7', 'fetches again what was not fetched for a week'],
    [
      '--config ingest.yaml --recrawl --due',
      'fetches again what is due, feeds by their own rhythm',
    ],
    ['--config ingest.yaml --retry-failed', 'tries again what failed'],
    ['--config ingest.yaml --stats', 'prints the counts per status'],
  ],
  exitCodes: {
    ...endOfWorkCodes,
    [interruptedCode]: 'it was interrupted; what was in flight is finished or released',
  },
})
  .requiredOption('--config <file>', 'YAML file with sources and seeds')
  .addOption(databaseOption())
  .option('--seed', 'enqueue the seeds; alone: only that; with --max-items: then run')
  .addOption(
    new Option('--recrawl', 'fetch again what is completed').conflicts(['seed', 'retryFailed']),
  )
  .addOption(
    new Option('--stale <days>', 'with --recrawl: only what was not fetched for so many days')
      .argParser(wholeNumber(0, 3650))
      .conflicts(['due']),
  )
  .option('--due', 'with --recrawl: only what is due by its own rhythm, the most useful first')
  .addOption(new Option('--retry-failed', 'try again what failed').conflicts(['seed']))
  .option(
    '--source <name>',
    'with --recrawl or --retry-failed: only this source; may be given several times',
    (name: string, names: readonly string[] = []) => [...names, name],
  )
  .option('--max-items <n>', 'process at most so many items', wholeNumber(1, 1_000_000_000))
  .option('--batch-size <n>', 'items claimed at once at most', wholeNumber(1, 500))
  .addOption(
    new Option('--stats', 'print the counts per status and end').conflicts([
      'seed',
      'recrawl',
      'retryFailed',
      'maxItems',
    ]),
  )
  .option('--verbose', 'log every step to standard error')
  .addOption(jsonOption())
  // What it asked for is always so now; scripts may still give it.
  .addOption(new Option('--strict').hideHelp())
  .action(async (flags: IngestFlags) => {
    process.exitCode = await main(flags);
  });

if (import.meta.main) {
  await runProgram(program);
  process.exit();
}
