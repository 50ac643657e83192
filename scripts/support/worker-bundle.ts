/**
 * The worker as one bundle of its present sources. Node keeps the compiler in memory that takes the types out
 * of sources, and the text of every module: run from them, a worker takes some 25 MB more.
 */
import { existsSync } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { hashOfSources } from './build.ts';
import { inRoot, root } from './root.ts';

const inputs = [
  '{lib,db,worker,commands}/**/*',
  'scripts/*.ts',
  'package.json',
  'pnpm-lock.yaml',
  'tsconfig.json',
];
const home = inRoot('dist');
/** Bundles that stay: a worker that still runs from the one before may load a part of it late. */
const kept = 3;

/**
 * The file to run, bundled if its sources have changed. A bundle lies in a folder named by the hash of its sources,
 * so that an old one is never run and one that runs is never changed.
 */
export async function bundledWorker(log: (line: string) => void): Promise<string> {
  const hash = (await hashOfSources(inputs)).slice(0, 16);
  const folder = path.join(home, `worker-${hash}`);
  const file = path.join(folder, 'bin', 'worker.mjs');
  if (existsSync(file)) return file;
  log('Bundling the worker (once per version) …');
  const made = `${folder}.${process.pid}`;
  try {
    await execa(process.execPath, [inRoot('scripts/bundle-worker.ts'), made], { cwd: root });
    await rename(made, folder);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    // Another process was first with the same bundle.
    if (!existsSync(file)) throw error;
  }
  await removeOldest();
  return file;
}

async function removeOldest(): Promise<void> {
  const names = (await readdir(home)).filter((name) => /^worker-[0-9a-f]{16}$/.test(name));
  const bundles = await Promise.all(
    names.map(async (name) => {
      const folder = path.join(home, name);
      return { folder, madeAt: (await stat(folder)).mtimeMs };
    }),
  );
  bundles.sort((a, b) => b.madeAt - a.madeAt);
  for (const { folder } of bundles.slice(kept)) await rm(folder, { recursive: true, force: true });
}
