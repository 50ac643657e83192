/** What a source can answer wrongly: each ends its item with a code, and nothing else is touched. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SourceInput } from '#lib/config/model.ts';
import type { ErrorCode } from '#lib/errors/codes.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import {
  type LoopbackServer,
  type Respond,
  sendJson,
  startLoopbackServer,
} from '#test/loopback-server.ts';
import { type PipelineBench, usePipeline } from '#test/worker/pipeline.ts';
import { processItem } from './pipeline/process.ts';

const megabyte = Buffer.alloc(1024 * 1024, '[');

/** Fifty of them, as fast as the reader takes them. */
const sendFiftyMegabytes: Respond = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  let left = 50;
  const send = () => {
    while (left > 0) {
      left -= 1;
      if (!response.write(megabyte)) return void response.once('drain', send);
    }
    response.end();
  };
  send();
};

describe.each(contractEngines())('a bad answer on $name', (engine) => {
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

  const http = (origin: string): Partial<SourceInput> => ({
    name: 'api',
    type: 'http',
    settings: { response: 'json' },
    seeds: [{ urls: [`${origin}/thing`] }],
  });
  const wiki = (origin: string): Partial<SourceInput> => ({
    name: 'wiki',
    type: 'mediawiki',
    settings: {
      api_url: `${origin}/api.php`,
      email: 'operator@example.org',
      rate_limit_delay: 0,
    },
    seeds: [{ titles: ['Atlas'] }],
  });

  it.each<
    [
      what: string,
      source: typeof http,
      respond: Respond,
      expected: { code: ErrorCode; status: number | null; kind: 'failed' | 'retried' },
    ]
  >([
    [
      'a 404',
      http,
      (_request, response) => sendJson(response, { message: 'no such thing' }, { status: 404 }),
      { code: 'http_not_found', status: 404, kind: 'failed' },
    ],
    [
      'an error of the API in an answer with status 200',
      wiki,
      (_request, response) =>
        sendJson(response, { error: { code: 'badvalue', info: 'Unrecognized value.' } }),
      { code: 'api_error', status: 200, kind: 'failed' },
    ],
    [
      'an API that is read-only, in an answer with status 200',
      wiki,
      (_request, response) =>
        sendJson(response, { error: { code: 'readonly', info: 'The wiki is read-only.' } }),
      { code: 'api_busy', status: 200, kind: 'retried' },
    ],
    [
      'an answer of 50 MB',
      http,
      sendFiftyMegabytes,
      { code: 'egress_too_large', status: null, kind: 'failed' },
    ],
    [
      'JSON that breaks off',
      http,
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"half": ');
      },
      { code: 'payload_invalid', status: 200, kind: 'retried' },
    ],
    [
      'a page for people where JSON was due',
      wiki,
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Hello');
      },
      { code: 'blocked', status: 200, kind: 'retried' },
    ],
  ])(
    '%s is told on item and attempt, and nothing is stored',
    async (_, source, respond, expected) => {
      server = await startLoopbackServer(respond);
      await bench.seed(source(server.origin));
      const leased = await bench.claimOne();
      expect(await processItem(leased, bench.context)).toEqual({ kind: expected.kind });

      const item = await bench.context.store.getWorkItem(leased.item.workItemId);
      expect(item).toMatchObject({
        status: expected.kind === 'failed' ? 'failed' : 'pending',
        errorCode: expected.code,
        lastHttpStatus: expected.status,
        leaseId: null,
      });
      expect(item?.errorMessage).toMatch(/^[A-Z][^\n]{10,}$/);
      const { q } = bench.context.db;
      expect(
        await q
          .selectFrom('work_item_attempts')
          .select(['outcome', 'error_code', 'items_discovered', 'ingest_id'])
          .execute(),
      ).toEqual([
        {
          outcome: expected.kind === 'failed' ? 'failed' : 'retry',
          error_code: expected.code,
          items_discovered: 0,
          ingest_id: null,
        },
      ]);
      expect(await q.selectFrom('IngestRecords').select('ingest_id').execute()).toEqual([]);
      expect((await bench.context.store.getStats()).total).toBe(1);
    },
  );
});
