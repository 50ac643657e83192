/** Builds the console, and bundles the worker, when their sources have changed. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, glob, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { AppError } from '#lib/errors/app-error.ts';
import { spawnGroup } from './child-group.ts';
import { inRoot, root } from './root.ts';

const consoleInputs = [
  '{app,lib,db,public,config}/**/*',
  '{proxy,instrumentation}.ts',
  'package.json',
  'pnpm-lock.yaml',
  'tsconfig.json',
  '{next,postcss}.config.mjs',
];
const commandInputs = [
  '{lib,db,worker,commands}/**/*',
  'scripts/bundle-worker.ts',
  'package.json',
  'pnpm-lock.yaml',
  'tsconfig.json',
];
const isTest = (file: string) => /\.test\.tsx?$|\/testing\//.test(file);

export const serverFile = inRoot('.next/standalone/server.js');
const bundles = inRoot('dist');
/** Bundles that stay: a worker that still runs from the one before may load a part of it late. */
const keptBundles = 3;
/** Names the sources of the build beside it. */
const stampFile = inRoot('.next/sources.sha256');

/** Builds if needed; returns whether it did. Throws when the build fails: its output says why. */
export async function buildIfStale(log: (line: string) => void): Promise<boolean> {
  const sources = await hashOfSources(consoleInputs);
  if (existsSync(serverFile) && (await readStamp()) === sources) return false;
  log('Building the console (once per version, about half a minute) …');
  await rm(stampFile, { force: true });
  await runNext(['build']);
  await removeEnvFiles();
  refuseStrayFiles();
  await layFilesBesideServer();
  await writeFile(stampFile, sources);
  return true;
}

/** Next lays them beside the server. Its environment is given to it, and a build holds no secrets. */
async function removeEnvFiles(): Promise<void> {
  for await (const file of glob('.next/standalone/.env*', { cwd: root })) await rm(inRoot(file));
}

/**
 * A path that the bundler cannot foresee makes it include whatever is in the project, a local
 * database and its key among it.
 */
function refuseStrayFiles(): void {
  const stray = ['data', '.env', 'bench', 'docs', 'e2e'].filter((name) =>
    existsSync(inRoot(`.next/standalone/${name}`)),
  );
  if (stray.length === 0) return;
  throw new AppError('internal', `The build contains what is no part of it: ${stray.join(', ')}.`, {
    remedy: 'Look for its warning on dynamic filesystem access, and mark that call.',
  });
}

/**
 * The standalone server serves static files only when they lie beside it; `next build` leaves that open. The program
 * of its reading threads is part of the commands' bundle.
 */
export async function layFilesBesideServer(): Promise<void> {
  const worker = await bundledWorker(() => undefined);
  const threads = path.join(worker, '..', '..', 'threads');
  await cp(threads, inRoot('.next/standalone/dist/threads'), { recursive: true });
  await cp(inRoot('.next/static'), inRoot('.next/standalone/.next/static'), { recursive: true });
  await cp(inRoot('public'), inRoot('.next/standalone/public'), { recursive: true });
}

async function readStamp(): Promise<string | null> {
  return readFile(stampFile, 'utf8').catch(() => null);
}

/** A hash over the files of these patterns (below the root), without tests, and the version of Node. */
async function hashOfSources(patterns: readonly string[]): Promise<string> {
  const files: string[] = [];
  for await (const entry of glob(patterns, { cwd: root, withFileTypes: true })) {
    const file = `${entry.parentPath}/${entry.name}`;
    if (entry.isFile() && !isTest(file)) files.push(file);
  }
  const hash = createHash('sha256').update(process.version);
  for (const file of files.sort()) {
    hash.update(`\0${file.slice(root.length)}\0`).update(await readFile(file));
  }
  return hash.digest('hex');
}

/** Its output is shown when it failed: a person who starts the product is not its developer. */
function runNext(args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NODE_ENV: 'production' as const, NEXT_TELEMETRY_DISABLED: '1' };
    const next = inRoot('node_modules/next/dist/bin/next');
    const child = spawnGroup(process.execPath, [next, ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
    });
    const output: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => output.push(chunk));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) return resolve();
      process.stderr.write(Buffer.concat(output));
      reject(
        new AppError(
          'internal',
          `next ${args[0]} ended with ${code ?? signal}; its output is above.`,
          { remedy: 'Correct what the build names, then start again.' },
        ),
      );
    });
  });
}

/**
 * The worker's file, bundled if the sources have changed. Node keeps the compiler in memory that takes the types out
 * of sources, and the text of every module: run from them, a worker takes some 25 MB more. A bundle is in a folder
 * named by the hash of its sources, so that an old one is never run and one that runs is never changed.
 */
export async function bundledWorker(log: (line: string) => void): Promise<string> {
  const hash = (await hashOfSources(commandInputs)).slice(0, 16);
  const folder = path.join(bundles, `worker-${hash}`);
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
  const names = (await readdir(bundles)).filter((name) => /^worker-[0-9a-f]{16}$/.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      const folder = path.join(bundles, name);
      return { folder, madeAt: (await stat(folder)).mtimeMs };
    }),
  );
  found.sort((a, b) => b.madeAt - a.madeAt);
  for (const { folder } of found.slice(keptBundles))
    await rm(folder, { recursive: true, force: true });
}
