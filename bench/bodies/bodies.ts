/**
 * `node bench/bodies/bodies.ts --bodies N [--seed S]`: random bodies over real sockets through a worker into an
 * embedded database. Each whose bytes are not given back by their SHA-256 is printed, and the exit code is 1.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { migrate } from '#db/migrate/migrate.ts';
import { systemActor } from '#lib/actor/model.ts';
import { loadConfig } from '#lib/load-config.ts';
import { createLogger } from '#lib/log.ts';
import { getReceivedBody } from '#lib/records/body.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import { openRuntime, type Runtime } from '#lib/runtime.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { runWorker } from '#worker/run-worker.ts';
import { createStop } from '#worker/stop.ts';
import { randomBody } from './random-body.ts';

const sha256 = (body: Uint8Array) => createHash('sha256').update(body).digest('hex');

/** Sends bodies from a seed on; returns what was not given back as it was sent, a line each. */
export async function lostBodies(seed: number, bodies: number): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-bodies-'));
  const server = createServer((request, response) => {
    const at = Number(/^\/(\d+)$/.exec(request.url ?? '')?.[1] ?? -1);
    if (at < 0) return void response.writeHead(404).end();
    const { contentType, contentEncoding, wire } = randomBody(seed + at);
    response.writeHead(200, {
      ...(contentType === null ? {} : { 'content-type': contentType }),
      ...(contentEncoding === null ? {} : { 'content-encoding': contentEncoding }),
    });
    response.end(wire);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  const config = loadConfig({
    env: {
      DB_BACKEND: 'sqlite',
      INGEST_SQLITE_PATH: join(directory, 'holocron.db'),
      INGEST_SECRET_KEY: 'a key for this check alone, long enough for it',
      INGEST_EGRESS_ALLOW: '127.0.0.0/8',
    },
  });
  await migrate(config.database);
  const runtime = await openRuntime(config, createLogger({ level: 'silent', name: 'bench' }));
  try {
    await crawl(runtime, `http://127.0.0.1:${address.port}`, bodies);
    return await compare(runtime, seed, bodies);
  } finally {
    await runtime.close();
    server.close();
    server.closeAllConnections();
    await rm(directory, { recursive: true, force: true });
  }
}

async function crawl(runtime: Runtime, origin: string, bodies: number): Promise<void> {
  const actor = systemActor('bench');
  const source = {
    name: 'bodies',
    type: 'http',
    enabled: true,
    settings: { rate_limit_delay: 0, respect_robots: false, one_address: false },
    seeds: [{ urls: Array.from({ length: bodies }, (_, at) => `${origin}/${at}`) }],
  };
  await saveSource(runtime.db, actor, source, { secretBox: runtime.secretBox });
  await launchRun(runtime.db, actor, { kind: 'seed', sources: ['bodies'] });
  const options = {
    concurrency: 16,
    batchSize: 100,
    leaseMs: 60_000,
    enableDiscovery: false,
    once: true,
    maxItems: null,
  };
  await runWorker(runtime, options, createStop());
}

async function compare({ db }: Runtime, seed: number, bodies: number): Promise<string[]> {
  const rows = await db.q
    .selectFrom('IngestRecords')
    .select(['ingest_id', 'request_uri', 'body_sha256'])
    .execute();
  const byPlace = new Map(rows.map((row) => [Number(row.request_uri.split('/').at(-1)), row]));
  const lost: string[] = [];
  for (let at = 0; at < bodies; at += 1) {
    const { body, contentType, contentEncoding } = randomBody(seed + at);
    const row = byPlace.get(at);
    const received = row ? await getReceivedBody(db, row.ingest_id).catch(() => null) : null;
    const sent = sha256(body);
    const isSame = received !== null && sha256(received.body) === sent && row?.body_sha256 === sent;
    if (!isSame) {
      lost.push(`seed ${seed + at}: ${contentType}, ${contentEncoding}, ${body.byteLength} bytes`);
    }
  }
  return lost;
}

if (import.meta.main) {
  const flags = new Command()
    .option('--bodies <n>', 'how many', Number, 1000)
    .option('--seed <n>', 'of the first body', Number, 1)
    .parse()
    .opts<{ bodies: number; seed: number }>();
  const lost = await lostBodies(flags.seed, flags.bodies);
  console.log(`${flags.bodies} bodies, ${lost.length} of them not given back as they were sent`);
  for (const line of lost) {
    console.log(`  ${line}`);
    process.exitCode = 1;
  }
}
