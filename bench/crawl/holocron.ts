/** Rounds of our own worker: one process of the bundle on an embedded database of its own. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Runtime } from '#lib/runtime.ts';
import { itemsFailedCode } from '#worker/end-of-work.ts';
import { withEmbedded } from '../harness/embedded-worker.ts';
import { watchPeakMemory } from '../harness/peak-memory.ts';
import type { CrawlRound } from './round.ts';

/** Has a process write its processor time, ms, when it ends. */
const noteProcessorTime = `data:text/javascript,${encodeURIComponent(`
import { writeFileSync } from 'node:fs';
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  writeFileSync(process.env.BENCH_PROCESSOR_TIME, String((user + system) / 1000));
});`)}`;

/**
 * One crawl: the source is saved and the run launched before the worker starts.
 * `settings` are variables of the worker beside the usual ones.
 */
export const crawlWithHolocron = (
  worker: string,
  seedUrl: string,
  concurrency: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<CrawlRound & { readonly processorMs: number }> =>
  withEmbedded(
    { INGEST_CONCURRENCY: String(concurrency), INGEST_BATCH_SIZE: '100' },
    async ({ directory, runtime, launch, start }) => {
      await launch({
        name: 'bench',
        type: 'http',
        enabled: true,
        settings: {
          response: 'json',
          rate_limit_delay: 0,
          discovery: { enabled: true, links: ['$.links[*]'], max_depth: 1000 },
        },
        seeds: [{ resource_type: 'page', urls: [seedUrl] }],
      });
      const logFile = join(directory, 'worker.log');
      const timeFile = join(directory, 'processor-time');
      const child = start(worker, ['--once'], {
        flags: ['--import', noteProcessorTime],
        settings: { ...settings, BENCH_PROCESSOR_TIME: timeFile },
      });
      const peakMegabytes = watchPeakMemory(child);
      child.stderr?.pipe(createWriteStream(logFile));
      const [code] = await once(child, 'close');
      // A page that fails is the site's; what it brought is compared afterwards.
      if (code !== 0 && code !== itemsFailedCode) {
        throw new Error(`The worker ended with code ${code}:\n${await readFile(logFile, 'utf8')}`);
      }
      const processorMs = Number(await readFile(timeFile, 'utf8'));
      return { ...(await stored(runtime)), peakMegabytes: peakMegabytes(), processorMs };
    },
  );

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
