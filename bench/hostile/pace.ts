/** How fast a harmless source goes on while pages of another one are read that take seconds each. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Runtime } from '#lib/runtime.ts';
import type { BenchResult } from '../harness/benchmark.ts';
import { bundleWorker, type Embedded, withEmbedded } from '../harness/embedded-worker.ts';
import { measureCase } from '../harness/measure.ts';
import { shapes } from './shapes.ts';

/** Pages of the harmless source in a round, and seconds between two of them. */
const lightPages = 100;
const delayS = 0.05;
/** More than can be read while a round lasts. */
const heavyPages = 400;
const heavyBytes = 400_000;

export const paceName = 'pace beside four hostile items';
/** A round of each takes some ten seconds. */
const mostRuns = 3;

/**
 * Pairwise, in one run: pages a second of a source with a rate of 20, beside hostile ones and alone; of pages as most are
 * stored, and of pages whose text is extracted in a thread.
 */
export async function measurePace(
  runs: number,
  progress: (line: string) => void,
): Promise<readonly BenchResult[]> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-pace-'));
  const server = createServer(({ url = '' }, response) => {
    const body = url.startsWith('/heavy/') ? heavyPage(Number(url.slice(7))) : `<p>${url}</p>`;
    response.writeHead(url === '/robots.txt' ? 404 : 200, { 'content-type': 'text/html' });
    response.end(body);
  });
  try {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const worker = await bundleWorker(directory);
    const results: BenchResult[] = [];
    for (const extractsText of [false, true]) {
      const measured = (isBeside: boolean) => async () => {
        const figure = await paceOf(worker, origin, { isBeside, extractsText });
        progress(`hostile: ${isBeside ? 'beside' : 'alone'} ${figure.toFixed(1)} pages/s`);
        return figure;
      };
      const result = await measureCase({
        name: `${paceName}${extractsText ? ', texts extracted' : ''}`,
        unit: 'items/s',
        runs: Math.min(runs, mostRuns),
        measure: measured(true),
        floor: { what: 'alone', measure: measured(false) },
      });
      results.push(result);
    }
    return results;
  } finally {
    server.close();
    server.closeAllConnections();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Those that take the longest of all shapes of pages, by turns. */
function heavyPage(at: number): string {
  const { html = {} } = shapes;
  const kinds = ['formatting in blocks', 'foreign', 'links in links', 'nested formatting'];
  return html[kinds[at % kinds.length] ?? '']?.(heavyBytes) ?? '';
}

interface Round {
  readonly isBeside: boolean;
  readonly extractsText: boolean;
}

const paceOf = (worker: string, origin: string, { isBeside, extractsText }: Round) =>
  withEmbedded({ INGEST_CONCURRENCY: '4' }, async ({ runtime, launch, start }) => {
    if (isBeside) await launch(source('heavy', origin, heavyPages, 0, true));
    await launch(source('light', origin, lightPages, delayS, extractsText));
    const child = start(worker, []);
    child.stderr?.resume();
    const ended = once(child, 'close');
    try {
      while ((await leftOf(runtime, 'light')) > 0) await pause(250);
      if (isBeside && (await leftOf(runtime, 'heavy')) === 0) {
        throw new Error('The hostile pages were read before the harmless ones.');
      }
      return await pagesPerSecond(runtime);
    } finally {
      child.kill('SIGTERM');
      await ended;
    }
  });

const source = (
  name: string,
  origin: string,
  pages: number,
  rateDelay: number,
  extractsText: boolean,
): Parameters<Embedded['launch']>[0] => ({
  name,
  type: 'http',
  enabled: true,
  settings: {
    rate_limit_delay: rateDelay,
    discovery: { enabled: true, max_depth: 0 },
    site: { extract_text: extractsText },
  },
  seeds: [{ urls: [`${origin}/${name}/{1..${pages}}`] }],
});

async function leftOf({ db }: Runtime, sourceName: string): Promise<number> {
  const { count } = await db.q
    .selectFrom('work_items')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('source_name', '=', sourceName)
    .where('status', 'in', ['pending', 'in_progress'])
    .executeTakeFirstOrThrow();
  return count;
}

/** Of the harmless source, from its first page to its last; each must be there. */
async function pagesPerSecond({ db }: Runtime): Promise<number> {
  const { count, first, last } = await db.q
    .selectFrom('work_item_attempts')
    .select((eb) => [
      eb.fn.countAll<number>().as('count'),
      eb.fn.min('finished_at').as('first'),
      eb.fn.max('finished_at').as('last'),
    ])
    .where('source_name', '=', 'light')
    .where('outcome', '=', 'completed')
    .executeTakeFirstOrThrow();
  if (count !== lightPages) throw new Error(`${count} of ${lightPages} pages were completed.`);
  return (1000 * (count - 1)) / (Date.parse(last) - Date.parse(first));
}
