/** A worker as an operator launches it: from its bundle, with the flags of the list, and with no more than it needs. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSite, type Site } from '#test/worker/processes.ts';
import { allocatorSettings, workerFlags } from './support/launch-settings.ts';
import { inRoot } from './support/root.ts';

let site: Site;
beforeEach(async () => {
  site = await openSite();
});
afterEach(() => site.dispose());

it.runIf(existsSync('/proc/self/cmdline'))(
  'it runs its bundle in the place of the process that launched it, and stops when that is told to',
  async () => {
    const worker = site.start('scripts/worker.ts', ['--concurrency', '3']);
    await expect.poll(worker.log, { timeout: 60_000 }).toContain('worker started');

    const of = async (file: string) =>
      (await readFile(`/proc/${worker.process.pid}/${file}`, 'utf8')).split('\0').slice(0, -1);
    const [, ...args] = await of('cmdline');
    expect(args).toEqual([
      ...workerFlags,
      expect.stringMatching(/dist\/worker-[0-9a-f]{16}\/bin\/worker\.mjs$/),
      '--concurrency',
      '3',
    ]);
    const set = Object.entries(allocatorSettings).map(([name, value]) => `${name}=${value}`);
    expect(await of('environ')).toEqual(expect.arrayContaining(set));

    worker.process.kill('SIGTERM');
    expect(await worker.ended).toMatchObject({ code: 0 });
  },
  90_000,
);

it('on the embedded database it loads no driver of a server, nothing of the console, no second HTTP client', async () => {
  const list = path.join(site.directory, 'modules.txt');
  const hook = path.join(site.directory, 'hook.mjs');
  await writeFile(
    hook,
    `import { appendFileSync } from 'node:fs';
     import { registerHooks } from 'node:module';
     registerHooks({
       load(url, context, next) {
         appendFileSync(${JSON.stringify(list)}, url + '\\n');
         return next(url, context);
       },
     });`,
  );
  // From its sources: a bundle no longer says what is in it.
  const worked = await site.run(inRoot('commands/worker.ts'), ['--once'], {
    NODE_OPTIONS: `--import=${hook}`,
  });
  expect(worked).toMatchObject({ code: 0 });

  const urls = (await readFile(list, 'utf8')).split('\n');
  const folders = urls.flatMap(
    (url) => /.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(url)?.[0] ?? [],
  );
  const loaded = new Set(folders.map((folder) => folder.split('/node_modules/').at(-1) ?? ''));
  expect(loaded).toContain('kysely');
  const unwanted = [...loaded].filter((name) =>
    /^(tedious|tarn|@azure\/.*|iconv-lite|encoding-sniffer|next|react.*|prom-client|@opentelemetry\/.*|pino-pretty|typescript|esbuild)$/.test(
      name,
    ),
  );
  expect(unwanted).toEqual([]);
  const httpClients = new Set(folders.filter((folder) => folder.endsWith('/undici')));
  expect(httpClients.size).toBe(1);
});
