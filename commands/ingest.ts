/** `pnpm ingest --config FILE [--seed] [--max-items N] [--batch-size N] [--stats] [--verbose] [--json] [--strict]` */
import { Option } from 'commander';
import { systemActor } from '#lib/actor/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { loadConfig } from '#lib/load-config.ts';
import { type LaunchedRun, launchIngest } from '#lib/runs/launch-run.ts';
import { openRuntime, type Runtime } from '#lib/runtime.ts';
import type { Source } from '#lib/sources/read-sources.ts';
import { upsertSource } from '#lib/sources/save-source.ts';
import type { ItemResult, LeasedItem } from '#worker/pipeline/context.ts';
import { prepareEmbedded, requireMigrated } from '#worker/prepare-database.ts';
import { showProgress } from '#worker/progress.ts';
import { runWorker } from '#worker/run-worker.ts';
import { createStop, stopOnSignals } from '#worker/stop.ts';
import { logDatabase, terminalLog } from '#worker/terminal-log.ts';
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
  readonly maxItems?: number;
  readonly batchSize?: number;
  readonly stats?: boolean;
  readonly verbose?: boolean;
  readonly json?: boolean;
  readonly strict?: boolean;
}

/** With --strict: it ran, and items failed. */
const itemsFailedCode = 3;
const interruptedCode = 130;
const actor = systemActor('ingest');

async function main(flags: IngestFlags): Promise<number> {
  const config = loadConfig({
    flags: { ...flags, logLevel: flags.verbose ? 'debug' : undefined },
  });
  const log = terminalLog('ingest', flags.verbose ? config.logLevel : quieter(config.logLevel));
  for (const note of config.notes) log.warn(note);
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

async function ingest(runtime: Runtime, flags: IngestFlags): Promise<number> {
  const sources = await upsertSources(runtime);
  const launched = await launch(runtime, sources, flags);
  if (flags.seed) {
    const seeded = launched?.itemsTotal ?? 0;
    outputOf(flags).line(`Seeded ${seeded} new ${seeded === 1 ? 'item' : 'items'}.`);
  }
  const outcomes = new Map<string | null, Outcome>();
  if (launched !== null) outcomes.set(launched.runId, { ...nothing });
  const seedsOnly = flags.seed === true && flags.maxItems === undefined;
  const interrupted = seedsOnly ? false : await work(runtime, outcomes);
  report(flags, launched?.runId ?? runOfMost(outcomes), outcomes);
  if (interrupted) return interruptedCode;
  return flags.strict && sumOf(outcomes.values()).failed > 0 ? itemsFailedCode : 0;
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
  // A run over no source would be one over all enabled sources of the database, whatever the file says.
  if (sources.length === 0) {
    if (!seeding) return Promise.resolve(null);
    throw new AppError('config_invalid', `${flags.config} declares no enabled source to seed.`, {
      remedy: 'Add a source with seeds, or leave --seed out to work on what is pending.',
    });
  }
  const name = `ingest --config ${flags.config}`.slice(0, 200);
  return launchIngest(db, actor, sources, { name, seeding });
}

/** What an invocation has processed of a run; another worker's share is in the run's own numbers. */
interface Outcome {
  completed: number;
  failed: number;
  skipped: number;
  discovered: number;
}

const nothing: Outcome = { completed: 0, failed: 0, skipped: 0, discovered: 0 };

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

function sumOf(outcomes: Iterable<Outcome>): Outcome {
  const sum = { ...nothing };
  for (const { completed, failed, skipped, discovered } of outcomes) {
    sum.completed += completed;
    sum.failed += failed;
    sum.skipped += skipped;
    sum.discovered += discovered;
  }
  return sum;
}

const processedOf = ({ completed, failed, skipped }: Outcome) => completed + failed + skipped;

/** The run that most of the items belong to; null when nothing was processed, or only items without a run. */
function runOfMost(outcomes: ReadonlyMap<string | null, Outcome>): string | null {
  const runs = [...outcomes].sort(([, a], [, b]) => processedOf(b) - processedOf(a));
  return runs[0]?.[0] ?? null;
}

/** A line for each run; the JSON has the sums, and one run's id. */
function report(
  flags: IngestFlags,
  runId: string | null,
  outcomes: ReadonlyMap<string | null, Outcome>,
): void {
  const out = outputOf(flags);
  for (const [id, outcome] of outcomes) {
    const { completed, failed, discovered } = outcome;
    const whose = id === null ? 'Without a run' : `Run ${id}`;
    out.line(
      `${whose}: ${processedOf(outcome)} processed, ${completed} succeeded, ${failed} failed, ${discovered} discovered.`,
    );
  }
  if (outcomes.size === 0) out.line('Nothing to do: no item was ready to be fetched.');
  const total = sumOf(outcomes.values());
  out.result({
    run_id: runId,
    items_processed: processedOf(total),
    items_succeeded: total.completed,
    items_failed: total.failed,
    items_discovered: total.discovered,
  });
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
  description: "Upserts the file's sources, then seeds and ingests once.",
  reads: 'the YAML file, sources and ready items',
  changes: 'the sources of the file, items, records and a run; migrates the embedded database',
  examples: [
    ['--config ingest.yaml --seed', 'enqueues the seeds and ends'],
    ['--config ingest.yaml --seed --max-items 100', 'then processes a hundred items at most'],
    ['--config ingest.yaml --stats', 'prints the counts per status'],
  ],
  exitCodes: {
    [itemsFailedCode]: 'with --strict, items failed',
    [interruptedCode]: 'it was interrupted; what was in flight is finished or released',
  },
})
  .requiredOption('--config <file>', 'YAML file with sources and seeds')
  .addOption(databaseOption())
  .option('--seed', 'enqueue the seeds; alone: only that; with --max-items: then run')
  .option('--max-items <n>', 'process at most so many items', wholeNumber(1, 1_000_000_000))
  .option('--batch-size <n>', 'items claimed at once at most', wholeNumber(1, 500))
  .addOption(
    new Option('--stats', 'print the counts per status and end').conflicts(['seed', 'maxItems']),
  )
  .option('--verbose', 'log every step to standard error')
  .addOption(jsonOption())
  .option('--strict', `exit with ${itemsFailedCode} when items failed`)
  .action(async (flags: IngestFlags) => {
    process.exitCode = await main(flags);
  });

if (import.meta.main) {
  await runProgram(program);
  process.exit();
}
