/** A real MediaWiki on loopback in a directory of its own: installed, filled, served, thrown away. */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { toDump } from './dump.ts';
import type { MediaWikiPackages } from './packages.ts';
import { defaultShape, type WikiShape, wikiPages } from './pages.ts';

/** Changes a page as a person would: the list of recent changes tells of it. */
export type PageChange =
  | { readonly edit: string; readonly text: string }
  | { readonly delete: string }
  /** Leaves a redirect behind. */
  | { readonly move: string; readonly to: string };

export interface Wiki {
  readonly apiUrl: string;
  /** The wiki's own SQLite database. */
  readonly database: string;
  /** One JSON line per request; see access-log.ts. */
  readonly accessLog: string;
  change(changes: readonly PageChange[]): Promise<void>;
  /** Ends the server and removes the directory. */
  stop(): Promise<void>;
}

export interface WikiOptions {
  readonly shape?: WikiShape;
  /** A free port is taken when absent. */
  readonly port?: number;
  /** PHP processes that answer at the same time; default 4. */
  readonly workers?: number;
}

/** Installs, fills and serves a wiki; takes some seconds. */
export async function startWiki(
  packages: MediaWikiPackages,
  options: WikiOptions = {},
): Promise<Wiki> {
  const directory = await mkdtemp(join(tmpdir(), 'holocron-wiki-'));
  const site = { ...packages, directory, port: options.port ?? (await freePort()) };
  try {
    await install(site);
    await fill(site, options.shape ?? defaultShape);
    const server = await serve(site, options.workers ?? 4);
    return {
      apiUrl: `http://127.0.0.1:${site.port}/api.php`,
      database: join(directory, 'data', 'wiki.sqlite'),
      accessLog: accessLogOf(site),
      change: (changes) => changePages(site, changes),
      stop: async () => {
        await end(server);
        await rm(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

interface Site extends MediaWikiPackages {
  readonly directory: string;
  readonly port: number;
}

const accessLogOf = (site: Site) => join(site.directory, 'access.log');

/** MediaWiki finds its settings through MW_CONFIG_FILE, so the package's directory stays untouched. */
const environment = (site: Site) => ({
  MW_CONFIG_FILE: join(site.directory, 'LocalSettings.php'),
  MW_INSTALL_PATH: site.root,
  WIKI_ACCESS_LOG: accessLogOf(site),
});

async function maintenance(
  site: Site,
  script: string,
  args: readonly string[],
  input?: string,
): Promise<void> {
  await execa(site.php, [`${site.root}/maintenance/${script}.php`, ...args], {
    env: environment(site),
    cwd: site.root,
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
  });
}

async function changePages(site: Site, changes: readonly PageChange[]): Promise<void> {
  const script = fileURLToPath(new URL('change-pages.php', import.meta.url));
  await execa(site.php, [script], {
    env: environment(site),
    cwd: site.root,
    input: changes.map((change) => JSON.stringify(change)).join('\n'),
  });
}

async function install(site: Site): Promise<void> {
  const data = join(site.directory, 'data');
  await mkdir(data);
  await maintenance(site, 'install', [
    ...['--dbtype', 'sqlite', '--dbpath', data, '--dbname', 'wiki', '--confpath', site.directory],
    ...[
      '--server',
      `http://127.0.0.1:${site.port}`,
      '--scriptpath',
      '',
      '--pass',
      'only-for-tests-4711',
    ],
    ...['Holocron test wiki', 'Admin'],
  ]);
  await appendFile(
    join(site.directory, 'LocalSettings.php'),
    [
      '',
      '$wgArticlePath = "/wiki/$1";',
      // Jobs would run inside requests and change tables while the crawl is measured.
      '$wgJobRunRate = 0;',
      // The pages are of 2024: older than what a wiki keeps in its list of recent changes, which on one that
      // people write in reaches back further than the last crawl.
      '$wgRCMaxAge = 20 * 365 * 86400;',
      // Nobody needs this wiki after a power failure, and 3,000 pages are many flushes.
      "$wgDBservers = [ [ 'type' => 'sqlite', 'dbname' => $wgDBname, 'host' => '', 'user' => '',",
      "  'password' => '', 'load' => 1, 'variables' => [ 'synchronous' => 'OFF' ] ] ];",
      '$wgCacheDirectory = __DIR__ . "/data";',
      '$wgUploadDirectory = __DIR__ . "/images";',
      '',
    ].join('\n'),
  );
}

async function fill(site: Site, shape: WikiShape): Promise<void> {
  const dump = join(site.directory, 'dump.xml');
  await writeFile(dump, toDump(wikiPages(shape)));
  // Link tables are filled once at the end: during the import, targets do not exist yet.
  await maintenance(site, 'importDump', ['--no-updates', '--quiet', dump]);
  await maintenance(site, 'refreshLinks', ['--quiet']);
  await maintenance(site, 'rebuildrecentchanges', ['--quiet']);
  await maintenance(site, 'initSiteStats', ['--update', '--quiet']);
}

async function serve(site: Site, workers: number): Promise<ChildProcess> {
  await writeFile(accessLogOf(site), '');
  const router = fileURLToPath(new URL('router.php', import.meta.url));
  const server = spawn(
    site.php,
    ['-d', 'opcache.enable_cli=1', '-S', `127.0.0.1:${site.port}`, '-t', site.root, router],
    {
      env: { ...process.env, ...environment(site), PHP_CLI_SERVER_WORKERS: String(workers) },
      stdio: 'ignore',
      // Its workers are forks; the group is ended as one.
      detached: true,
    },
  );
  const deadline = Date.now() + 30_000;
  while (!(await answers(site.port))) {
    if (server.exitCode !== null || Date.now() > deadline) {
      await end(server);
      throw new Error(`The wiki did not start on port ${site.port}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await writeFile(accessLogOf(site), '');
  return server;
}

async function answers(port: number): Promise<boolean> {
  const asked = fetch(`http://127.0.0.1:${port}/api.php?action=query&meta=siteinfo&format=json`, {
    signal: AbortSignal.timeout(10_000),
  });
  return asked.then(
    (response) => response.ok,
    () => false,
  );
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.pid === undefined) return;
  const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  process.kill(-server.pid, 'SIGKILL');
  await gone;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No free port was found.');
  return address.port;
}
