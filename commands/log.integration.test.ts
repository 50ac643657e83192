import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { openSite, type Site } from '#test/worker/processes.ts';

const actor = systemActor('test');
const secret = 'hunter2';

let site: Site;
let server: Server;
beforeEach(async () => {
  site = await openSite();
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await site.dispose();
});

/** Answers with every kind of trouble, each with the secret in it. */
async function serveTrouble(): Promise<string> {
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://server');
    if (pathname === '/moved') {
      response.writeHead(302, { location: `http://ann:${secret}@127.0.0.1:1/?api_key=${secret}` });
      response.end();
    } else if (pathname === '/away') request.socket.destroy();
    else if (pathname === '/denied') {
      response.writeHead(403, { 'www-authenticate': `Bearer ${secret}.7`, 'set-cookie': secret });
      response.end(`Authorization: ${request.headers.authorization}`);
    } else {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{}');
    }
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)); // a TCP server's address
  });
  return `http://127.0.0.1:${port}`;
}

describe('what a worker logs, step by step', () => {
  it('names run, item, source and attempt, and tells no secret', async () => {
    const base = await serveTrouble();
    const { db, store, secretBox } = site.runtime;
    const paths = ['fine', 'moved', 'away', 'denied'];
    await saveSource(
      db,
      actor,
      {
        name: 'api',
        type: 'http',
        enabled: true,
        settings: { base_url: base, max_retries: 0, respect_robots: false },
        seeds: [{ urls: [`${base}/fine`] }],
        secrets: { authorization: `Bearer ${secret}.1` },
      },
      { secretBox },
    );
    const { runId } = await launchRun(db, actor, { kind: 'seed' });
    // A seed with a key in its address is refused; a program's items may have one.
    const added = await store.enqueueMany(
      paths.map((path) => ({
        sourceSystem: 'http',
        sourceName: 'api',
        resourceType: 'resource',
        resourceId: `item ${path}`,
        requestUri: `${base}/${path}?api_key=${secret}`,
        runId,
      })),
    );
    expect(added).toHaveLength(paths.length);
    const { stderr, code } = await site.run('commands/worker.ts', ['--once'], {
      INGEST_LOG_LEVEL: 'debug',
      INGEST_EGRESS_ALLOW: '127.0.0.0/8',
    });
    // Items have failed.
    expect(code, stderr).toBe(3);
    const lines = stderr
      .trim()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line));
    const ended = lines.filter(({ msg }) => /^item (completed|failed)$/.test(String(msg)));
    expect(ended).toHaveLength(paths.length + 1);
    const attempts = await db.q
      .selectFrom('work_item_attempts')
      .select(['work_item_id', 'lease_id', 'worker_id'])
      .execute();
    for (const line of ended) {
      expect(line).toMatchObject({ run_id: runId, source: 'api', attempt: 1 });
      expect(attempts).toContainEqual({
        work_item_id: line['item_id'],
        lease_id: line['lease_id'],
        worker_id: line['worker_id'],
      });
    }
    expect(stderr).not.toContain(secret);
    // The secret was there to be told.
    const told = await db.q
      .selectFrom('work_items')
      .select('request_uri')
      .where('work_item_id', 'in', added)
      .execute();
    expect(told.every((row) => row.request_uri.includes(secret))).toBe(true);
  });
});
