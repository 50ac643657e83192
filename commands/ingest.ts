/** `pnpm ingest --config FILE [--seed] [--max-items N] [--batch-size N] [--stats] [--verbose] [--json] [--strict]` */
import { Command, Option } from 'commander';
import { systemActor } from '#lib/actor/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { loadConfig } from '#lib/load-config.ts';
import { launchAdoption } from '#lib/runs/launch-adoption.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import { openRuntime, type Runtime } from '#lib/runtime.ts';
import type { Source } from '#lib/sources/read-sources.ts';
import { upsertSource } from '#lib/sources/save-source.ts';
import type { Tally } from '#worker/in-flight.ts';
import type { ItemResult } from '#worker/pipeline/context.ts';
import { prepareEmbedded, requireMigrated } from '#worker/prepare-database.ts';
import { showProgress } from '#worker/progress.ts';
import { runWorker } from '#worker/run-worker.ts';
import { createStop, stopOnSignals } from '#worker/stop.ts';
import { terminalLog } from '#worker/terminal-log.ts';
import { runProgram, wholeNumber } from './support/program.ts';

interface IngestFlags {
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

const program = new Command('ingest')
  .description("Upserts the file's sources, then seeds and ingests once.")
  .requiredOption('--config <file>', 'YAML file with sources and seeds')
  .option('--seed', 'enqueue the seeds; alone: only that; with --max-items: then run')
  .option('--max-items <n>', 'process at most so many items', wholeNumber(1, 1_000_000_000))
  .option('--batch-size <n>', 'items claimed at once at most', wholeNumber(1, 500))
  .addOption(
    new Option('--stats', 'print the counts per status and end').conflicts(['seed', 'maxItems']),
  )
  .option('--verbose', 'log every step to standard error')
  .option('--json', 'print one JSON object as the last line of standard output')
  .option('--strict', 'exit with 3 when items failed')
  .addHelpText(
    'after',
    '\nExit codes: 0 done, 1 configuration, usage or connection error, 3 with --strict when items failed.',
  )
  .action(async (flags: IngestFlags) => {
    process.exitCode = await main(flags);
  });

async function main(flags: IngestFlags): Promise<number> {
  const config = loadConfig({
    env: process.env,
    configFile: flags.config,
    flags: {
      maxItems: flags.maxItems,
      batchSize: flags.batchSize,
      logLevel: flags.verbose ? 'debug' : undefined,
    },
  });
  const log = terminalLog('ingest', flags.verbose ? config.logLevel : quieter(config.logLevel));
  for (const note of config.notes) log.warn(note);
  log.info({ engine: config.database.engine, reason: config.database.reason }, 'database chosen');
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

/** Without --verbose a bar or a line tells the progress; the log then tells what went wrong. */
function quieter<Level extends string>(level: Level): Level | 'warn' {
  return level === 'info' ? 'warn' : level;
}

async function ingest(runtime: Runtime, flags: IngestFlags): Promise<number> {
  const sources = await upsertSources(runtime);
  const { runId, seeded } = await launch(runtime, sources, flags);
  if (seeded !== null) say(flags, `Seeded ${seeded} new ${seeded === 1 ? 'item' : 'items'}.`);
  if (flags.seed && flags.maxItems === undefined) {
    report(flags, runId, { completed: 0, failed: 0, skipped: 0, discovered: 0 });
    return 0;
  }
  const { tally, interrupted } = await work(runtime);
  report(flags, runId, tally);
  if (interrupted) return interruptedCode;
  return flags.strict && tally.failed > 0 ? itemsFailedCode : 0;
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

async function launch(runtime: Runtime, sources: readonly Source[], flags: IngestFlags) {
  const name = `ingest --config ${flags.config}`.slice(0, 200);
  if (!flags.seed) {
    const { runId } = await launchAdoption(runtime.db, actor, sources, name);
    return { runId, seeded: null };
  }
  // An empty list would mean all enabled sources of the database, whatever the file says.
  if (sources.length === 0) {
    throw new AppError('config_invalid', `${flags.config} declares no enabled source to seed.`, {
      remedy: 'Add a source with seeds, or leave --seed out to work on what is pending.',
    });
  }
  const names = sources.map((source) => source.name);
  const { runId, itemsTotal } = await launchRun(runtime.db, actor, {
    kind: 'seed',
    name,
    sources: names,
  });
  return { runId, seeded: itemsTotal };
}

async function work(runtime: Runtime): Promise<{ tally: Readonly<Tally>; interrupted: boolean }> {
  const { runner } = runtime.config;
  const stop = createStop((reason) =>
    runtime.log.warn({ reason }, 'stopping: what is in flight is finished or given back'),
  );
  const undo = stopOnSignals(stop);
  const seen = { completed: 0, failed: 0, skipped: 0 };
  const onResult = ({ kind }: ItemResult) => {
    if (kind === 'completed' || kind === 'failed' || kind === 'skipped') seen[kind] += 1;
  };
  const startedAt = performance.now();
  const display = showProgress(async () => ({
    tally: seen,
    pending: await unfinished(runtime),
    maxItems: runner.maxItems,
    elapsedMs: performance.now() - startedAt,
  }));
  try {
    const tally = await runWorker(
      runtime,
      { ...runner, maxItems: runner.maxItems, once: true, onResult },
      stop,
    );
    return { tally, interrupted: stop.soft.aborted };
  } finally {
    display.stop();
    stop.dispose();
    undo();
  }
}

/** Items in anybody's hands are to come as well. */
async function unfinished({ store }: Runtime): Promise<number> {
  const { pending, in_progress } = (await store.getStats()).byStatus;
  return pending + in_progress;
}

type Outcome = Pick<Tally, 'completed' | 'failed' | 'skipped' | 'discovered'>;

/** What this invocation has processed; another worker's share is in the run's own numbers. */
function report(flags: IngestFlags, runId: string, tally: Outcome): void {
  const processed = tally.completed + tally.failed + tally.skipped;
  say(
    flags,
    `Run ${runId}: ${processed} processed, ${tally.completed} succeeded, ${tally.failed} failed, ${tally.discovered} discovered.`,
  );
  if (!flags.json) return;
  console.log(
    JSON.stringify({
      run_id: runId,
      items_processed: processed,
      items_succeeded: tally.completed,
      items_failed: tally.failed,
      items_discovered: tally.discovered,
    }),
  );
}

async function printStats({ store }: Runtime, flags: IngestFlags): Promise<number> {
  const { byStatus, total } = await store.getStats();
  for (const [status, count] of Object.entries(byStatus))
    say(flags, `${status.padEnd(12)}${count}`);
  say(flags, `${'total'.padEnd(12)}${total}`);
  if (flags.json) console.log(JSON.stringify(byStatus));
  return 0;
}

/** For a person; with --json standard output is for the object alone. */
function say(flags: IngestFlags, line: string): void {
  if (!flags.json) console.log(line);
}

await runProgram(program);
process.exit();
