/** Rounds of our own worker: one process of the bundle on an embedded database of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { migrate } from '#db/migrate/migrate.ts';
import { systemActor } from '#lib/actor/model.ts';
import { loadConfig } from '#lib/load-config.ts';
import { createLogger } from '#lib/log.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import { openRuntime, type Runtime } from '#lib/runtime.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { itemsFailedCode } from '#worker/end-of-work.ts';
import { allocatorSettings, workerFlags } from '../../scripts/support/launch-settings.ts';
import { watchPeakMemory } from '../harness/peak-memory.ts';
import type { CrawlRound } from './round.ts';

const root = join(import.meta.dirname, '..', '..');
const sourceName = 'bench';

/** The worker as it is shipped; returns its folder. */
export async function bundleWorker(directory: string): Promise<string> {
  await execa(process.execPath, ['scripts/bundle-worker.ts', directory], { cwd: root });
  return join(directory, 'bin', 'worker.mjs');
}

/** Has a process write its processor time, ms, when it ends. */
const noteProcessorTime = `data:text/javascript,${encodeURIComponent(`
import { writeFileSync } from 'node:fs';
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  writeFileSync(process.env.BENCH_PROCESSOR_TIME, String((user + system) / 1000));
});`)}`;

/**
 * One crawl: the source is saved and the run launched before the worker starts, as an operator would.
 * `settings` are variables of the worker beside the usual ones.
 */
export async function crawlWithHolocron(
  worker: string,
  seedUrl: string,
  concurrency: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<CrawlRound & { readonly processorMs: number }> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-holocron-'));
  const env = {
    DB_BACKEND: 'sqlite',
    INGEST_SQLITE_PATH: join(directory, 'holocron.db'),
    INGEST_SECRET_KEY: 'a key for this benchmark alone, long enough',
    INGEST_EGRESS_ALLOW: '127.0.0.0/8',
    INGEST_CONCURRENCY: String(concurrency),
    INGEST_BATCH_SIZE: '100',
  };
  const config = loadConfig({ env });
  await migrate(config.database);
  const runtime = await openRuntime(config, createLogger({ level: 'silent', name: 'bench' }));
  try {
    await launch(runtime, seedUrl);
    const logFile = join(directory, 'worker.log');
    const log = createWriteStream(logFile);
    const timeFile = join(directory, 'processor-time');
    const flags = [...workerFlags, '--import', noteProcessorTime];
    const child = spawn(process.execPath, [...flags, worker, '--once'], {
      cwd: directory,
      env: {
        ...allocatorSettings,
        ...env,
        ...settings,
        BENCH_PROCESSOR_TIME: timeFile,
        NODE_ENV: 'production',
        PATH: process.env['PATH'],
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const peakMegabytes = watchPeakMemory(child);
    child.stderr.pipe(log);
    const [code] = await once(child, 'close');
    // A page that fails is the site's; what it brought is compared afterwards.
    if (code !== 0 && code !== itemsFailedCode) {
      throw new Error(`The worker ended with code ${code}:\n${await readFile(logFile, 'utf8')}`);
    }
    const processorMs = Number(await readFile(timeFile, 'utf8'));
    return { ...(await stored(runtime)), peakMegabytes: peakMegabytes(), processorMs };
  } finally {
    await runtime.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function launch({ db, secretBox }: Runtime, seedUrl: string): Promise<void> {
  const actor = systemActor('bench');
  await saveSource(
    db,
    actor,
    {
      name: sourceName,
      type: 'http',
      enabled: true,
      settings: {
        response: 'json',
        rate_limit_delay: 0,
        discovery: { enabled: true, links: ['$.links[*]'], max_depth: 1000 },
      },
      seeds: [{ resource_type: 'page', urls: [seedUrl] }],
    },
    { secretBox },
  );
  await launchRun(db, actor, { kind: 'seed', sources: [sourceName] });
}

/** Every item has to be completed by one attempt: then its record is the only one. */
async function stored({ db }: Runtime): Promise<Omit<CrawlRound, 'peakMegabytes'>> {
  const records = await db.q
    .selectFrom('IngestRecords')
    .select((eb) => eb.fn.count<number>('resource_id').distinct().as('count'))
    .executeTakeFirstOrThrow();
  const attempts = await db.q
    .selectFrom('work_item_attempts')
    .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.max('finished_at').as('last')])
    .executeTakeFirstOrThrow();
  if (attempts.count !== records.count) {
    throw new Error(`${records.count} records were made by ${attempts.count} attempts.`);
  }
  return { records: records.count, endedAt: Date.parse(attempts.last) };
}
