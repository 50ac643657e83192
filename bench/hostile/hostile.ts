/** The longest time a hostile input holds the event loop, and the memory it takes, for each parser. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Benchmark, BenchResult } from '../harness/benchmark.ts';
import { toResult } from '../harness/measure.ts';
import { watchPeakMemory } from '../harness/peak-memory.ts';
import { measurePace, paceName } from './pace.ts';
import { parsers } from './parsers.ts';

const kB = 1000;
/** Of the last one, most is beyond the bound on a body: what the client refuses takes no time. */
const sizes = [kB, 64 * kB, 1000 * kB, 10_000 * kB, 50_000 * kB];

const lineSchema = z.object({
  shape: z.string(),
  size: z.number(),
  holdMs: z.number(),
  wallMs: z.number(),
  tookMs: z.number(),
  ended: z.string(),
});

/**
 * Every shape of every parser in sizes from 1 kB to 50 MB, a fresh process for each parser: its peak is that of the
 * process, inputs and threads included. No input may end it.
 */
export const hostileBenchmark: Benchmark = {
  name: 'hostile',
  description:
    'pathological inputs of 1 kB to 50 MB for each parser: longest hold, peak memory; the pace of others beside them',
  async run({ progress, only, runs }) {
    const results: BenchResult[] = [];
    if (paceName.includes(only)) results.push(...(await measurePace(runs, progress)));
    for (const name of Object.keys(parsers).filter((one) => one.includes(only))) {
      results.push(await measureParser(name, progress));
    }
    return results;
  },
};

async function measureParser(name: string, progress: (line: string) => void): Promise<BenchResult> {
  const child = spawn(
    process.execPath,
    ['--expose-gc', join(import.meta.dirname, 'measure.ts'), name, ...sizes.map(String)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const peakMegabytes = watchPeakMemory(child);
  const lines: z.infer<typeof lineSchema>[] = [];
  for await (const text of createInterface({ input: child.stdout })) {
    const line = lineSchema.parse(JSON.parse(text));
    lines.push(line);
    progress(
      `hostile: ${name}, ${line.shape}, ${line.size / kB} kB: held ${line.holdMs.toFixed(0)} ms, took ${line.tookMs.toFixed(0)} ms, ${line.ended}`,
    );
  }
  if (child.exitCode === null) await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(`The parser ${name} ended its process.`);
  const [idle, ...read] = lines;
  const longest = Math.max(...read.map(({ holdMs }) => holdMs));
  return {
    ...toResult({ name, unit: 'ms', runs: [longest] }),
    details: {
      inputs: read.length,
      byTheClockMs: Math.round(Math.max(...read.map(({ wallMs }) => wallMs))),
      idleByTheClockMs: Math.round(idle?.wallMs ?? 0),
      longestMs: Math.round(Math.max(...read.map(({ tookMs }) => tookMs))),
      peakMB: Math.round(peakMegabytes()),
    },
  };
}
