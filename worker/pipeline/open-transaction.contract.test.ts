/** A fetch may take minutes: nothing of the database is held meanwhile, neither a transaction nor a connection. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contractEngines } from '#test/db/contract-engines.ts';
import { type LoopbackServer, startLoopbackServer } from '#test/loopback-server.ts';
import { listenToDrivers } from '#test/tsql/drivers.ts';
import { type PipelineBench, usePipeline } from '#test/worker/pipeline.ts';
import { processItem } from './process.ts';

/** Connections whose transaction is open. */
const open = new Set<object>();
await listenToDrivers({
  begun: (connection) => open.add(connection),
  ended: (connection) => open.delete(connection),
  sent: () => undefined,
});

describe.each(contractEngines())('while a page is fetched on $name', (engine) => {
  const openBench = usePipeline(engine);
  let bench: PipelineBench;
  let server: LoopbackServer | undefined;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(async () => {
    await server?.close();
    await bench.dispose();
  });

  it('no transaction is open and no connection is held', async () => {
    const held: { path: string | undefined; transactions: number; connections: number }[] = [];
    server = await startLoopbackServer((request, response) => {
      held.push({
        path: request.url,
        transactions: open.size,
        connections: bench.context.db.stats.pool().used,
      });
      if (request.url === '/old') response.writeHead(302, { location: '/new' }).end();
      else response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":1}');
    });
    await bench.seed({
      name: 'api',
      type: 'http',
      settings: { response: 'json', rate_limit_delay: 0 },
      seeds: [{ urls: [`${server.origin}/old`] }],
    });
    const result = await processItem(await bench.claimOne(), bench.context);
    expect(result.kind).toBe('completed');
    expect(held).toEqual(
      ['/old', '/new'].map((path) => ({ path, transactions: 0, connections: 0 })),
    );
    // Transactions are seen at all.
    await bench.context.db.transaction(async () => expect(open.size).toBe(1));
  });
});
