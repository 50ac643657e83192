import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, systemActor } from '#lib/actor/model.ts';
import { listAudit } from '#lib/audit/list-audit.ts';
import type { SourceInput } from '#lib/config/model.ts';
import { createHttpClient } from '#lib/egress/create-http-client.ts';
import type { HttpClient } from '#lib/egress/http-client.ts';
import type { JsonObject } from '#lib/json.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import {
  type LoopbackServer,
  loopbackNetworks,
  type Respond,
  sendJson,
  startLoopbackServer,
} from '#test/loopback-server.ts';
import { saveSource } from './save-source.ts';
import { createSecretBox } from './secrets.ts';
import { testSource } from './test-source.ts';

const operator: Actor = { userId: null, email: 'op@example.org', role: 'operator' };
const secretBox = createSecretBox([randomBytes(32)]);
let database: ContractDatabase;
let http: HttpClient;
let server: LoopbackServer | undefined;

beforeAll(async () => {
  const [engine] = contractEngines();
  if (!engine) throw new Error('no engine');
  database = await engine.create();
  http = createHttpClient({ allow: loopbackNetworks, userAgent: 'Deployment/1' });
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});
afterAll(async () => {
  await http?.close();
  await database?.dispose();
});

const input = (type: string, settings: JsonObject, seeds: JsonObject[]): SourceInput => ({
  name: 'unsaved',
  type,
  enabled: true,
  settings,
  seeds,
});
const run = (source: SourceInput, sourceId?: string, client = http) =>
  testSource(operator, source, {
    session: database.db,
    http: client,
    secretBox,
    ...(sourceId ? { sourceId } : {}),
  });
async function serve(respond: Respond): Promise<string> {
  server = await startLoopbackServer(respond);
  return server.origin;
}
const wikiInput = (origin: string) =>
  input(
    'mediawiki',
    { api_url: `${origin}/api.php`, email: 'op@example.org', rate_limit_delay: 0 },
    [{ titles: ['Hub'] }],
  );

describe('a test fetch', () => {
  it('shows request, response and what would be discovered, and stores nothing', async () => {
    const origin = await serve((_, response) =>
      sendJson(response, {
        query: {
          pages: [
            {
              title: 'Hub',
              lastrevid: 1,
              links: Array.from({ length: 30 }, (__, index) => ({ ns: 0, title: `L${index}` })),
            },
          ],
        },
      }),
    );
    const result = await run(wikiInput(origin));
    expect(result).toMatchObject({
      outcome: 'fetched',
      error: null,
      requests: 5,
      item: { resourceType: 'page', resourceId: 'Hub' },
      request: {
        method: 'GET',
        headers: { 'user-agent': expect.stringContaining('op@example.org') },
      },
      response: { status: 200, contentType: 'application/json', truncated: false },
      discovered: { total: 30 },
    });
    expect(result.discovered.sample).toHaveLength(20);
    expect(result.response?.excerpt).toContain('"Hub"');
    expect(result.more.map(({ resourceId, from }) => [resourceId, from])).toEqual(
      ['L0', 'L1', 'L2', 'L3'].map((title) => [title, 'discovered']),
    );
    const { rows } = await listAudit(database.db, { action: 'source.test' });
    expect(rows).toMatchObject([
      {
        actorEmail: operator.email,
        summary: `Sent test requests of source unsaved to ${origin}`,
        after: { type: 'mediawiki', saved: false },
      },
    ]);
    for (const table of ['sources', 'work_items'] as const) {
      expect(await database.db.q.selectFrom(table).selectAll().execute()).toEqual([]);
    }
  });

  it('that fails shows the coded error beside the answer', async () => {
    const origin = await serve(
      (_, response) => void response.writeHead(403).end('<html>Go away</html>'),
    );
    expect(await run(wikiInput(origin))).toMatchObject({
      outcome: 'failed',
      error: { code: 'blocked', message: expect.any(String), remedy: expect.any(String) },
      response: { status: 403, excerpt: '<html>Go away</html>' },
      discovered: { total: 0 },
    });
  });

  it('of a local address that is not allowed is refused without a request', async () => {
    const origin = await serve((_, response) => void response.end());
    const guarded = createHttpClient({ allow: [], userAgent: 'x' });
    const result = await run(wikiInput(origin), undefined, guarded);
    await guarded.close();
    expect(result).toMatchObject({
      outcome: 'failed',
      response: null,
      error: {
        code: 'egress_address_refused',
        remedy: expect.stringContaining('INGEST_EGRESS_ALLOW'),
      },
    });
    expect(server?.requests).toHaveLength(0);
  });

  it('goes on with other seeds, and shows what each of them answered', async () => {
    const origin = await serve((request, response) =>
      request.url === '/b'
        ? void response.writeHead(404).end()
        : sendJson(response, { id: request.url }),
    );
    const source = input('http', { base_url: origin, response: 'json', rate_limit_delay: 0 }, [
      { urls: ['/a', '/b', '/c', '/a'] },
    ]);
    const { more, item } = await run(source);
    expect(item.resourceId).toContain('/a');
    expect(more).toMatchObject([
      { from: 'seed', outcome: 'failed', status: 404, error: { code: 'http_not_found' } },
      { from: 'seed', outcome: 'fetched', status: 200, error: null, discovered: 0 },
    ]);
    expect(more).toHaveLength(2);
  });

  it('shows the page that was asked for, not the one by whose name it goes', async () => {
    const origin = await serve(({ url }, response) => {
      if (url === '/robots.txt') return void response.writeHead(404).end();
      const head = url === '/print' ? '<link rel="canonical" href="/page">' : '';
      response.writeHead(200, { 'content-type': 'text/html', 'x-page': url ?? '' });
      response.end(`<head>${head}</head><body>The same text.</body>`);
    });
    const result = await run(input('http', {}, [{ urls: [`${origin}/print`] }]));
    expect(result.aliasOf).toBe(`${origin}/page`);
    expect(result.response?.headers).toMatchObject({ 'x-page': '/print' });
  });

  it('shows at most 64 KiB of an answer', async () => {
    const origin = await serve((_, response) => sendJson(response, { text: 'x'.repeat(200_000) }));
    const source = input('http', { base_url: origin, response: 'json' }, [{ urls: ['/'] }]);
    const { response } = await run(source);
    expect(response?.truncated).toBe(true);
    expect(response?.excerpt).toHaveLength(64 * 1024);
  });

  it('of the test source needs no network', async () => {
    expect(await run(input('test', {}, [{}]))).toMatchObject({
      outcome: 'fetched',
      requests: 0,
      response: { status: 200, excerpt: expect.stringContaining('A New Hope') },
    });
  });

  it('of a saved source uses its stored secret, shows it masked, and sends it to no other server', async () => {
    const origin = await serve((_, response) =>
      sendJson(response, { id: 'https://openalex.org/W1' }),
    );
    const source = input('openalex', { base_url: origin }, [{ work_ids: ['W1'] }]);
    const secrets = { api_key: 'hunter2' };
    const saved = await saveSource(
      database.db,
      systemActor('test'),
      { ...source, secrets },
      { secretBox },
    );
    const result = await run(source, saved.sourceId);
    expect(server?.requests[0]?.headers.authorization).toBe('Bearer hunter2');
    expect(JSON.stringify(result)).not.toContain('hunter2');
    const moved = input('openalex', { base_url: 'https://thief.example' }, [{ work_ids: ['W1'] }]);
    await expect(run(moved, saved.sourceId)).rejects.toMatchObject({
      fields: { 'secrets.api_key': expect.any(String) },
    });
  });

  it.each([
    ['values that could not be saved', input('mediawiki', { api_url: 'x' }, [{ titles: ['A'] }])],
    ['no seed', input('test', {}, [])],
  ])('with %s is refused', async (_, source) => {
    await expect(run(source)).rejects.toMatchObject({
      code: 'input_invalid',
      fields: expect.any(Object),
    });
  });

  it('of a secret by reference is for those who may set secrets', async () => {
    const origin = await serve((_, response) => sendJson(response, {}));
    const source = {
      ...input('http', { base_url: origin, response: 'json' }, [{ urls: ['/a'] }]),
      secrets: { authorization: 'env:INGEST_SOURCE_OTHER' },
    };
    await expect(run(source)).rejects.toMatchObject({ code: 'forbidden' });
    expect(server?.requests).toEqual([]);
  });
});
