/** The built product on a free port with a database of its own and a real worker beside it, from what `prepareProducts` made. */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serverFile } from '../../scripts/support/build.ts';
import { allocatorSettings, consoleFlags } from '../../scripts/support/launch-settings.ts';
import { root } from '../../scripts/support/root.ts';
import { databaseSettings } from './prepare-database.ts';
import { prepared } from './prepare-products.ts';

const node = path.join(root, 'node_modules/.bin/node');
/** Console and worker are started for each file of tests, on machines that do other things as well. */
const startTimeoutMs = 90_000;
const stopTimeoutMs = 10_000;

export interface Product {
  readonly url: string;
  /** For processes a test starts itself, such as another worker. */
  readonly env: NodeJS.ProcessEnv;
  /** The process of the console, for a test that looks at its memory. */
  readonly consolePid: number;
  /** The last lines the console and the worker wrote, for a failing test. */
  readonly output: () => string;
  stop(): Promise<void>;
}

/**
 * `fill` puts into the prepared database what is to be there before anybody looks; `settings` are
 * environment variables beside the usual ones.
 */
export async function startProduct(
  fill: (databaseFile: string) => Promise<void> = async () => undefined,
  settings: Readonly<Record<string, string>> = {},
): Promise<Product> {
  const directory = await mkdtemp(path.join(tmpdir(), 'holocron-e2e-'));
  const databaseFile = path.join(directory, 'holocron.db');
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...allocatorSettings,
    INGEST_DESIGN_PAGE: '1',
    ...databaseSettings,
    INGEST_SQLITE_PATH: databaseFile,
    INGEST_LAKE_DIR: path.join(directory, 'lake'),
    // Tests fetch from servers of their own on this machine.
    INGEST_EGRESS_ALLOW: '127.0.0.0/8,::1/128',
    NODE_ENV: 'production',
    NEXTAUTH_URL: url,
    PORT: String(port),
    HOSTNAME: '127.0.0.1',
    ...settings,
  };
  const lines: string[] = [];
  const children: ChildProcess[] = [];
  const stop = async () => {
    await Promise.all(children.map(endProcess));
    await rm(directory, { recursive: true, force: true });
  };
  const start = (args: string[]): ChildProcess => {
    const child = spawn(node, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (chunk: Buffer) => {
      lines.push(...chunk.toString('utf8').trimEnd().split('\n'));
      lines.splice(0, Math.max(0, lines.length - 200));
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    children.push(child);
    return child;
  };
  try {
    await copyFile(prepared('databaseFile'), databaseFile);
    await fill(databaseFile);
    const { pid: consolePid } = start([...consoleFlags, serverFile]);
    if (consolePid === undefined) throw new Error('The console could not be started.');
    start([prepared('worker')]);
    await untilHealthy(url, lines);
    return { url, env, consolePid, output: () => lines.join('\n'), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address
          ? resolve(address.port)
          : reject(new Error('no port was given')),
      );
    });
  });
}

/** Healthy, and the worker has said that it lives. */
async function untilHealthy(url: string, lines: readonly string[]): Promise<void> {
  const deadline = performance.now() + startTimeoutMs;
  while (performance.now() < deadline) {
    const answer = await fetch(`${url}/api/health`).catch(() => null);
    if (answer?.ok) {
      const health: unknown = await answer.json();
      if (typeof health === 'object' && health && 'workers' in health && health.workers === 1)
        return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`The product did not become healthy:\n${lines.join('\n')}`);
}

function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    child.once('close', () => {
      clearTimeout(force);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
