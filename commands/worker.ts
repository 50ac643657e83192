/** `pnpm worker [--config FILE] [--concurrency N] [--once]` */
import { setFlagsFromString } from 'node:v8';
import { loadConfig } from '#lib/load-config.ts';
import { openRuntime } from '#lib/runtime.ts';
import { endOfWork, endOfWorkCodes } from '#worker/end-of-work.ts';
import { prepareEmbedded, requireMigrated } from '#worker/prepare-database.ts';
import { isTransient, retryTransient } from '#worker/retry-transient.ts';
import { runWorker } from '#worker/run-worker.ts';
import { createStop, stopOnSignals } from '#worker/stop.ts';
import { tellMetrics } from '#worker/tell-metrics.ts';
import { logDatabase, terminalLog } from '#worker/terminal-log.ts';
import { openTracer } from '#worker/tracer.ts';
import {
  configOption,
  databaseOption,
  defineCommand,
  runProgram,
  type SettingsFlags,
  wholeNumber,
} from './support/program.ts';

interface WorkerFlags extends SettingsFlags {
  readonly concurrency?: number;
  readonly once?: boolean;
  readonly verbose?: boolean;
}

/** A pass that was to be one and was broken off; whoever stays is stopped in order. */
const interruptedCode = 130;

async function main(flags: WorkerFlags): Promise<number> {
  // What a crawl makes lives for a moment; V8 would let it pile up before it looks. See decisions 27 and 44.
  setFlagsFromString('--heap-growing-percent=10');
  const config = loadConfig({
    flags: { ...flags, logLevel: flags.verbose ? 'debug' : undefined },
  });
  const log = terminalLog('worker', config.logLevel);
  const stop = createStop((reason) => log.info({ reason }, 'stopping: nothing more is claimed'));
  const undo = stopOnSignals(stop);
  // Started by `pnpm start`, the worker must not outlive it, however that ended.
  process.once('disconnect', () => stop.request('the starting process ended'));
  logDatabase(log, config.database);
  for (const note of config.notes) log.warn(note);
  // Who runs one pass wants to know at once; one that stays outlives a database that is away or busy.
  const reach = <T>(step: () => Promise<T>) =>
    flags.once
      ? step()
      : retryTransient(step, {
          log,
          signal: stop.soft,
          what: 'reach the database',
          waitsFor: isTransient,
        });
  // From before the database is reached: that it is away is what is asked for.
  const told = await tellMetrics(config.monitoring, log, stop.soft);
  const tracer = await openTracer(process.env);
  await reach(() => prepareEmbedded(config.database));
  const runtime = await reach(() => openRuntime(config, log, 'worker'));
  try {
    told.databaseOpened(runtime.db);
    await reach(() => requireMigrated(runtime));
    const tally = await runWorker(
      runtime,
      {
        ...config.runner,
        batchSize: Math.max(config.runner.batchSize, 1),
        once: flags.once ?? false,
        maxItems: null,
        watch: told.watch,
        tracer: tracer ?? undefined,
      },
      stop,
    );
    if (!flags.once) return 0;
    if (stop.soft.aborted) return interruptedCode;
    const { code, left } = await endOfWork(runtime.db, tally);
    if (left !== null) log.warn(left);
    return code;
  } finally {
    stop.dispose();
    undo();
    await tracer?.close();
    await told.close();
    await runtime.close();
  }
}

export const program = defineCommand({
  name: 'worker',
  description: 'Claims work items and ingests them until it is stopped.',
  reads: 'sources, runs and ready items',
  changes:
    'claims items, fetches them, stores records and discovered items; migrates the embedded database',
  exitCodes: {
    ...Object.fromEntries(
      Object.entries(endOfWorkCodes).map(([code, meaning]) => [code, `with --once, ${meaning}`]),
    ),
    [interruptedCode]: 'with --once, it was interrupted',
  },
  examples: [
    ['', 'one more worker beside those that run'],
    ['--concurrency 16', 'with sixteen requests at the same time'],
    ['--once --verbose', 'works off what is there, logs every step and ends'],
  ],
})
  .addOption(configOption())
  .addOption(databaseOption())
  .option('--concurrency <n>', 'requests at the same time (default: 4)', wholeNumber(1, 200))
  .option(
    '--once',
    'end when nothing is left to claim; waits for what is due within a minute, and for leases that nobody renews',
  )
  .option('--verbose', 'log every step')
  .action(async (flags: WorkerFlags) => {
    process.exitCode = await main(flags);
  });

if (import.meta.main) {
  await runProgram(program);
  // A connector that ignores its signal may still hold a socket or a timer.
  process.exit();
}
