/** Builds the console when its sources have changed since the last build. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, glob, readFile, rm, writeFile } from 'node:fs/promises';
import { AppError } from '#lib/errors/app-error.ts';
import { spawnGroup } from './child-group.ts';
import { inRoot, root } from './root.ts';

const inputs = [
  '{app,lib,db,public,config}/**/*',
  '{proxy,instrumentation}.ts',
  'package.json',
  'pnpm-lock.yaml',
  'tsconfig.json',
  '{next,postcss}.config.mjs',
];
const isTest = (file: string) => /\.test\.tsx?$|\/testing\//.test(file);

export const serverFile = inRoot('.next/standalone/server.js');
/** Names the sources of the build beside it. */
const stampFile = inRoot('.next/sources.sha256');

/** Builds if needed; returns whether it did. Throws when the build fails: its output says why. */
export async function buildIfStale(log: (line: string) => void): Promise<boolean> {
  const sources = await hashOfSources(inputs);
  if (existsSync(serverFile) && (await readStamp()) === sources) return false;
  log('Building the console (once per version, about half a minute) …');
  await rm(stampFile, { force: true });
  await runNext(['build']);
  refuseStrayFiles();
  await layFilesBesideServer();
  await writeFile(stampFile, sources);
  return true;
}

/**
 * A path that the bundler cannot foresee makes it take up whatever lies in the project: with it a local
 * database and its key.
 */
function refuseStrayFiles(): void {
  const stray = ['data', '.env', 'bench', 'docs', 'e2e'].filter((name) =>
    existsSync(inRoot(`.next/standalone/${name}`)),
  );
  if (stray.length === 0) return;
  throw new AppError('internal', `The build took up what is no part of it: ${stray.join(', ')}.`, {
    remedy: 'Look for its warning on dynamic filesystem access, and mark that call.',
  });
}

/** The standalone server serves static files only when they lie beside it; `next build` leaves that open. */
export async function layFilesBesideServer(): Promise<void> {
  await cp(inRoot('.next/static'), inRoot('.next/standalone/.next/static'), { recursive: true });
  await cp(inRoot('public'), inRoot('.next/standalone/public'), { recursive: true });
}

async function readStamp(): Promise<string | null> {
  return readFile(stampFile, 'utf8').catch(() => null);
}

/** A hash over the files of these patterns (below the root), without tests, and the version of Node. */
export async function hashOfSources(patterns: readonly string[]): Promise<string> {
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
