/** Rounds of Crawlee, which is installed into its own folder the first time it is asked for. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { watchPeakMemory } from '../harness/peak-memory.ts';
import type { CrawlRound } from './round.ts';

const folder = join(import.meta.dirname, 'crawlee');
const answer = z.object({ records: z.number(), endedAt: z.number() });

/** Installs the peer from its lockfile; the product's own dependencies stay as they are. */
export async function installCrawlee(progress: (line: string) => void): Promise<void> {
  if (existsSync(join(folder, 'node_modules', '@crawlee', 'http'))) return;
  progress('crawl: installing Crawlee into bench/crawl/crawlee');
  await execa('npx', ['--yes', 'pnpm@12', 'install', '--ignore-workspace', '--frozen-lockfile'], {
    cwd: folder,
  });
}

/** One crawl in a fresh process with storage of its own. */
export async function crawlWithCrawlee(seedUrl: string, concurrency: number): Promise<CrawlRound> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-crawlee-'));
  try {
    const child = spawn(process.execPath, ['crawl.mjs', seedUrl, String(concurrency)], {
      cwd: folder,
      env: { ...process.env, NODE_ENV: 'production', CRAWLEE_STORAGE_DIR: directory },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const peakMegabytes = watchPeakMemory(child);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`Crawlee ended with code ${code}.`);
    const said = answer.parse(JSON.parse(output.trim().split('\n').at(-1) ?? ''));
    return { ...said, peakMegabytes: peakMegabytes() };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
