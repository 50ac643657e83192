import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crawlWithHolocron } from '../crawl/holocron.ts';
import { requireWhole } from '../crawl/round.ts';
import { type Site, startSite } from '../crawl/site.ts';
import type { Benchmark } from '../harness/benchmark.ts';
import { bundleWorker } from '../harness/embedded-worker.ts';
import { median, toResult } from '../harness/measure.ts';

const defaultPages = 5_000;
const concurrency = 16;

/**
 * The processor time of a worker that crawls a local site, with metrics and traces sent to a receiver beside it, as a ratio
 * to one that tells nothing. Processor time instead of pages a second: what else the machine does counts for less in it.
 * What a worker of one page takes is taken off: libraries are loaded once in its life, which is longer than a benchmark.
 */
export const tellingBenchmark: Benchmark = {
  name: 'telling',
  description: 'what metrics and traces add to the processor time of a crawl of --rows pages',
  run: async ({ rows, runs, progress }) => {
    const pages = rows ?? defaultPages;
    const directory = await mkdtemp(join(tmpdir(), 'bench-telling-'));
    const receiver = await startReceiver();
    const [site, small] = await Promise.all([startSite(pages), startSite(1)]);
    try {
      const worker = await bundleWorker(directory);
      const told = toldTo(receiver.endpoint);
      const figures = new Map(Object.keys(told).map((name) => [name, [] as number[]]));
      // By turns, after one of each that does not count.
      for (let turn = -1; turn < runs; turn += 1) {
        for (const [name, settings] of Object.entries(told)) {
          const start = await crawlOnce(small, 1, worker, settings);
          const figure = (await crawlOnce(site, pages, worker, settings)) - start;
          progress(`telling: ${name} ${figure.toFixed(0)} ms, and ${start.toFixed(0)} to start`);
          if (turn >= 0) figures.get(name)?.push(figure);
        }
      }
      const [nothing, ...others] = [...figures];
      if (nothing === undefined) throw new Error('nothing was measured');
      const floor = { what: nothing[0], runs: nothing[1] };
      return others.map(([name, measured]) =>
        toResult({
          name: `processor time of ${pages} pages, ${name}`,
          unit: 'ms',
          runs: measured,
          floor,
          details: { '%': (median(measured) / median(floor.runs) - 1) * 100 },
        }),
      );
    } finally {
      await Promise.all([site.stop(), small.stop()]);
      receiver.close();
      await rm(directory, { recursive: true, force: true });
    }
  },
};

/** What the worker is told of the receiver, by the name of the case; the first is compared with. */
const toldTo = (endpoint: string): Readonly<Record<string, Readonly<Record<string, string>>>> => ({
  'telling nothing': {},
  metrics: { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${endpoint}/v1/metrics` },
  traces: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${endpoint}/v1/traces` },
  'traces of every item': {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${endpoint}/v1/traces`,
    OTEL_TRACES_SAMPLER: 'always_on',
  },
});

async function crawlOnce(
  site: Site,
  pages: number,
  worker: string,
  settings: Readonly<Record<string, string>>,
): Promise<number> {
  await site.reset();
  const round = await crawlWithHolocron(worker, site.seedUrl, concurrency, settings);
  requireWhole('the worker', pages, round, await site.report());
  return round.processorMs;
}

/** Takes whatever is sent and says that all is well. */
async function startReceiver(): Promise<{ readonly endpoint: string; close(): void }> {
  const server: Server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.setHeader('content-type', 'application/json').end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Listening on TCP: not null, and no pipe's name.
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
