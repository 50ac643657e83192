/** What is sent to the database for an item: round trips, distinct texts, and declarations of their parameters. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { z } from 'zod';
import { chunksOf } from '#db/chunks.ts';
import { createStateStore } from '#lib/queue/create-state-store.ts';
import type { BenchResult } from '../harness/benchmark.ts';
import { secondsOf, toResult } from '../harness/measure.ts';
import { cycleThrough } from '../queue/cycle.ts';
import { newItems } from '../queue/measured-items.ts';
import type { BenchTarget } from '../queue/target.ts';
import { startCounting, takeFigures, type WireFigures, wireFileVariable } from './wire.ts';

const root = path.join(import.meta.dirname, '..', '..');
const countingModule = fileURLToPath(import.meta.resolve('./report-wire.ts'));

const details = ({ messages, texts, declarations }: WireFigures, items: number) => ({
  'round trips an item': messages / items,
  texts,
  'most declarations of one': declarations,
});

const groupedItems = 1_000;
export const countedGroups = 'claim to complete, counted at the driver';

/** Claim to complete in this process, counted. The counting goes on: nothing is timed here afterwards. */
export async function countGroups({ db }: BenchTarget): Promise<BenchResult> {
  const store = await createStateStore({ db });
  for (const chunk of chunksOf(newItems(groupedItems, 'counted'))) await store.enqueueMany(chunk);
  await startCounting();
  const seconds = await secondsOf(() => cycleThrough(store, groupedItems));
  return toResult({
    name: countedGroups,
    unit: 'items/s',
    runs: [groupedItems / seconds],
    details: details(takeFigures(), groupedItems),
  });
}

const ingestedItems = 500;
export const countedIngestion = `ingest ${ingestedItems} items, counted at the driver`;
const sourceFile = `storage: { data_lake: { enabled: false } }
sources: [{ name: bench-ingest, type: test, resources: ${ingestedItems} }]
seeds: [{ source: bench-ingest }]
`;
const resultSchema = z.object({ items_succeeded: z.number(), items_failed: z.number() });
const wireSchema = z.object({ messages: z.number(), texts: z.number(), declarations: z.number() });

/** `pnpm ingest` of trivial items with its defaults, from its start to its end, five seeds and what they lead to. */
export async function countIngestion({ environment }: BenchTarget): Promise<BenchResult> {
  const dir = await mkdtemp(path.join(tmpdir(), 'holocron-bench-ingest-'));
  const files = { config: path.join(dir, 'ingest.yaml'), wire: path.join(dir, 'wire.json') };
  try {
    await writeFile(files.config, sourceFile);
    const flags = [
      '--config',
      files.config,
      '--seed',
      '--max-items',
      String(ingestedItems),
      '--json',
    ];
    const args = ['--import', countingModule, 'commands/ingest.ts', ...flags];
    const env = {
      ...environment,
      INGEST_SECRET_KEY: 'a key for this benchmark alone, long enough',
      [wireFileVariable]: files.wire,
    };
    let stdout = '';
    const seconds = await secondsOf(async () => {
      ({ stdout } = await execa(process.execPath, args, { cwd: root, stdin: 'ignore', env }));
    });
    const result = resultSchema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
    if (result.items_succeeded !== ingestedItems) {
      throw new Error(`Of ${ingestedItems} items ${result.items_succeeded} succeeded.`);
    }
    const figures = wireSchema.parse(JSON.parse(await readFile(files.wire, 'utf8')));
    return toResult({
      name: countedIngestion,
      unit: 'items/s',
      runs: [ingestedItems / seconds],
      details: details(figures, ingestedItems),
    });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
