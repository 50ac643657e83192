/** Answers that take long to read, beside those of another source: a real worker with real threads. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { type LoopbackServer, startLoopbackServer } from '#test/loopback-server.ts';
import { openSite, type Site, until } from '#test/worker/processes.ts';

const actor = systemActor('test');
/** Some 400 kB of blocks in formatting: each gets a copy of what is open around it. */
const heavyPage = Array.from({ length: 25_000 }, (_, at) => `<p><b id=${at}>`).join('');

let site: Site;
let server: LoopbackServer;
beforeEach(async () => {
  site = await openSite();
  server = await startLoopbackServer((asked, response) => {
    if (asked.url === '/robots.txt') response.writeHead(404).end();
    else {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(asked.url?.startsWith('/heavy') ? heavyPage : `<p>${asked.url}</p>`);
    }
  });
});
afterEach(async () => {
  await site.dispose();
  await server.close();
});

async function launch(name: string, pages: number): Promise<void> {
  const { db, secretBox } = site.runtime;
  const settings = { discovery: { enabled: true, max_depth: 0 }, site: { extract_text: true } };
  const seeds = [{ urls: [`${server.origin}/${name}/{1..${pages}}`] }];
  const source = { name, type: 'http', enabled: true, settings, seeds };
  await saveSource(db, actor, source, { secretBox });
  await launchRun(db, actor, { kind: 'seed', sources: [name] });
}

async function left(sourceName: string): Promise<number> {
  const items = await site.runtime.db.q
    .selectFrom('work_items')
    .select('work_item_id')
    .where('source_name', '=', sourceName)
    .where('status', 'in', ['pending', 'in_progress'])
    .execute();
  return items.length;
}

it('hold no place that another source needs, though they were there first', async () => {
  await launch('heavy', 40);
  await launch('light', 30);
  const worker = site.start('commands/worker.ts', ['--concurrency', '2'], {
    INGEST_EGRESS_ALLOW: '127.0.0.0/8',
  });
  await until('all light pages are done', async () => (await left('light')) === 0, 150_000);
  expect(await left('heavy')).toBeGreaterThan(10);
  worker.process.kill('SIGTERM');
  expect((await worker.ended).code).toBe(0);
}, 200_000);
