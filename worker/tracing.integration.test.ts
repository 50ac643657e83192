/** Traces and metrics of a real worker, as a receiver of OTLP gets them. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { aWorkItem } from '#test/factories.ts';
import { openSite, type Site } from '#test/worker/processes.ts';
import { createOtlpTracer, samplingOf } from './otlp-tracer.ts';
import type { LeasedItem } from './pipeline/context.ts';
import { createWorkerMetrics } from './worker-metrics.ts';

let site: Site;
let receiver: Server;
let received: { readonly url: string | undefined; readonly body: string }[];
let endpoint: string;
let answer: (response: ServerResponse) => void;
beforeEach(async () => {
  site = await openSite();
  received = [];
  answer = (response) => response.setHeader('content-type', 'application/json').end('{}');
  receiver = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const sent = Buffer.concat(parts);
    const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    received.push({ url: request.url, body: plain.toString('utf8') });
    answer(response);
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const address = receiver.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  endpoint = `http://127.0.0.1:${address.port}`;
  await saveSource(
    site.runtime.db,
    systemActor('test'),
    { name: 'sample', type: 'test', enabled: true, settings: {}, seeds: [] },
    { secretBox: site.runtime.secretBox },
  );
  await site.runtime.store.enqueueMany([
    aWorkItem({ sourceSystem: 'test', sourceName: 'sample', resourceId: 'test_resource_001' }),
  ]);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  receiver.closeAllConnections();
  receiver.close();
  await site.dispose();
});

it('an item is a span from its claim to its end, with fetch and store in it', async () => {
  await site.run('commands/worker.ts', ['--once'], {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_TRACES_SAMPLER: 'always_on',
  });
  expect(received.map(({ url }) => url)).toContain('/v1/traces');
  const traces = received.filter(({ url }) => url === '/v1/traces');
  const spans = traces.flatMap(({ body }) => {
    const { resourceSpans } = JSON.parse(body);
    return resourceSpans.flatMap((one: { scopeSpans: { spans: object[] }[] }) =>
      one.scopeSpans.flatMap((scope) => scope.spans),
    );
  });
  const items = spans.filter(({ name }) => name === 'item');
  expect(items.length).toBeGreaterThan(0);
  for (const item of items) {
    const steps = spans.filter(({ parentSpanId }) => parentSpanId === item.spanId);
    expect(steps.map(({ name }) => name).sort()).toEqual(['fetch', 'store']);
    expect(new Set(steps.map(({ traceId }) => traceId))).toEqual(new Set([item.traceId]));
    // Nothing else: an address may hold a key, an error's sentence an address.
    expect(item.attributes.map(({ key }: { key: string }) => key).toSorted()).toEqual([
      'holocron.attempt',
      'holocron.outcome',
      'holocron.source',
      'holocron.work_item_id',
    ]);
    expect(steps.map(({ attributes, events }) => [attributes, events])).toEqual(
      steps.map(() => [[], []]),
    );
    expect(JSON.stringify(item.attributes)).toContain('"sample"');
  }
});

interface Told {
  readonly name: string;
  readonly sum?: { readonly isMonotonic: boolean; readonly dataPoints: readonly Point[] };
  readonly gauge?: { readonly dataPoints: readonly Point[] };
  readonly histogram?: { readonly dataPoints: readonly Point[] };
}
interface Point {
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
  readonly asDouble?: number;
  readonly count?: number;
  readonly sum?: number;
  readonly explicitBounds?: readonly number[];
  readonly bucketCounts?: readonly number[];
}

it('the instruments of /metrics are sent under their names, the last time when the worker ends', async () => {
  await site.run('commands/worker.ts', ['--once'], {
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${endpoint}/v1/metrics`,
    OTEL_SERVICE_NAME: 'mine',
  });
  expect(new Set(received.map(({ url }) => url))).toEqual(new Set(['/v1/metrics']));
  const { resourceMetrics } = JSON.parse(received.at(-1)?.body ?? '');
  expect(JSON.stringify(resourceMetrics[0].resource)).toContain('"mine"');
  const told = new Map<string, Told>(
    resourceMetrics[0].scopeMetrics.flatMap((scope: { metrics: readonly Told[] }) =>
      scope.metrics.map((one) => [one.name, one] as const),
    ),
  );
  const ofWorkers = createWorkerMetrics(() => null).registry.getMetricsAsArray();
  const named = ofWorkers.map(({ name }) => name);
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((name) => !told.has(name))).toEqual([]);
  const attempts = told.get('holocron_attempts_total')?.sum;
  expect(attempts).toMatchObject({ isMonotonic: true });
  expect(attempts?.dataPoints.map(({ asDouble }) => asDouble)).toContain(1);
  expect(JSON.stringify(attempts?.dataPoints)).toContain('"sample"');
  const [durations] = told.get('holocron_attempt_duration_seconds')?.histogram?.dataPoints ?? [];
  const counts = durations?.bucketCounts ?? [];
  expect(counts).toHaveLength((durations?.explicitBounds?.length ?? 0) + 1);
  expect(counts.reduce((sum, count) => sum + Number(count), 0)).toBe(Number(durations?.count));
  expect(told.get('holocron_worker_concurrency')?.gauge?.dataPoints).toHaveLength(1);
});

it('each of the two is switched off by itself', async () => {
  await site.run('commands/worker.ts', ['--once'], {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_TRACES_SAMPLER: 'always_on',
  });
  expect(new Set(received.map(({ url }) => url))).toEqual(new Set(['/v1/traces']));
});

it('a receiver that is away costs neither an item nor the end of the worker', async () => {
  receiver.close();
  const { code, stderr } = await site.run('commands/worker.ts', ['--once'], {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  });
  expect(stderr).toContain('worker ended');
  expect([code, received]).toEqual([0, []]);
});

/** Each by what it answers; the request has been read. */
const mean: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'has had enough': (response) => response.writeHead(429, { 'retry-after': '3600' }).end(),
  'has broken down': (response) => response.writeHead(500).end('x'.repeat(100_000)),
  'is a page': (response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>'),
  'refuses the sign-in': (response) => response.writeHead(401).end(),
  'leads elsewhere': (response) => response.writeHead(307, { location: '/elsewhere' }).end(),
  'never answers': () => undefined,
  'answers without end': (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = () => {
      while (response.writable && response.write(' '.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  },
  'cuts the connection': (response) => response.destroy(),
};

it.each(Object.entries(mean))(
  'a receiver that %s costs neither an item nor the end of the worker',
  async (_, respond) => {
    answer = respond;
    const { code, stderr } = await site.run('commands/worker.ts', ['--once'], {
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20of-the-receiver',
      OTEL_TRACES_SAMPLER: 'always_on',
    });
    expect(received.map(({ url }) => url)).toContain('/v1/traces');
    expect(received.map(({ url }) => url)).not.toContain('/elsewhere');
    expect(stderr).toContain('worker ended');
    expect(stderr).not.toContain('of-the-receiver');
    expect(code).toBe(0);
    const done = site.runtime.db.q.selectFrom('work_items').select('status');
    expect(await done.execute()).toEqual([{ status: 'completed' }]);
  },
);

it.each([
  [{ OTEL_TRACES_SAMPLER: 'always_on' }, 1],
  [{ OTEL_TRACES_SAMPLER: 'always_off' }, 0],
  [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' }, 0.25],
  [{ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }, 0],
  [{ OTEL_TRACES_SAMPLER: 'traceidratio' }, 1],
  [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '7' }, 1],
])('by %j the share of items that are traced is %d', (env, share) => {
  expect(samplingOf(env)).toEqual({
    share,
    failed: share === 1 && env.OTEL_TRACES_SAMPLER === 'always_on',
  });
});

it.each([{}, { OTEL_TRACES_SAMPLER: 'xray', OTEL_TRACES_SAMPLER_ARG: '0' }])(
  'by %j one item in ten is traced, and what failed always',
  (env) => {
    expect(samplingOf(env)).toEqual({ share: 0.1, failed: true });
  },
);

it('of many items a tenth is sent, and of those that failed each one with its steps', async () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint);
  const tracer = createOtlpTracer();
  const claimedAt = performance.now();
  for (let at = 0; at < 1_000; at += 1) {
    const kind = (['completed', 'failed', 'retried', 'broken off'] as const)[
      at < 900 ? 0 : 1 + (at % 3)
    ];
    const item = { sourceName: 'sample', workItemId: `${kind}-${at}`, attempt: 1, runId: null };
    // What a tracer reads of it.
    const leased = { item, claimedAt } as unknown as LeasedItem;
    const way = () =>
      tracer.step('fetch', leased, async () => {
        if (kind === 'broken off') throw new Error('the database is away');
        return kind === 'completed' ? { kind, discovered: 0 } : { kind: kind ?? 'failed' };
      });
    await tracer.item(leased, way).catch(() => null);
    if (at % 200 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await tracer.close();
  const spans = received.flatMap(({ body }) =>
    JSON.parse(body).resourceSpans.flatMap((one: { scopeSpans: { spans: TracedSpan[] }[] }) =>
      one.scopeSpans.flatMap((scope) => scope.spans),
    ),
  ) as TracedSpan[];
  const idOf = ({ attributes }: TracedSpan) =>
    attributes.find(({ key }) => key === 'holocron.work_item_id')?.value.stringValue ?? '';
  const items = spans.filter(({ name }) => name === 'item');
  const wentWell = items.filter((span) => idOf(span).startsWith('completed'));
  // Binomial: outside of this once in ten million.
  expect(wentWell.length).toBeGreaterThan(40);
  expect(wentWell.length).toBeLessThan(150);
  expect(items.length - wentWell.length).toBe(100);
  for (const item of items) {
    const steps = spans.filter(({ parentSpanId }) => parentSpanId === item.spanId);
    expect(steps.map(({ name }) => name)).toEqual(['fetch']);
    const isBroken = idOf(item).startsWith('broken');
    expect(steps[0]?.status.code).toBe(isBroken ? 2 : 0);
    expect(Number(item.endTimeUnixNano)).toBeGreaterThanOrEqual(Number(steps[0]?.endTimeUnixNano));
  }
});

interface TracedSpan {
  readonly name: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code: number };
  readonly attributes: readonly {
    readonly key: string;
    readonly value: { readonly stringValue: string };
  }[];
}

it('of a worker whose sampler is off nothing is sent', async () => {
  await site.run('commands/worker.ts', ['--once'], {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${endpoint}/v1/traces`,
    OTEL_TRACES_SAMPLER: 'always_off',
  });
  expect(received).toEqual([]);
});

it('what waits for a receiver that hangs is bounded, however many items there are', async () => {
  const held: ServerResponse[] = [];
  answer = (response) => held.push(response);
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint);
  const tracer = createOtlpTracer({ OTEL_TRACES_SAMPLER: 'always_on' });
  const claimedAt = performance.now();
  const item = { sourceName: 'sample', workItemId: 'x', attempt: 1, runId: null };
  const items = 20_000;
  for (let at = 0; at < items; at += 1) {
    // What a tracer reads of it.
    await tracer.item({ item, claimedAt } as unknown as LeasedItem, () =>
      Promise.resolve({ kind: 'completed', discovered: 0 }),
    );
    if (at % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await vi.waitFor(() => expect(held.length).toBeGreaterThan(0), { timeout: 20_000 });
  answer = (response) => response.setHeader('content-type', 'application/json').end('{}');
  for (const response of held) answer(response);
  await tracer.close();
  const sent = received.flatMap(({ body }) => body.match(/"name":"item"/g) ?? []).length;
  expect(sent).toBeGreaterThan(0);
  // Those that waited, and what was on its way.
  expect(sent).toBeLessThanOrEqual(2_048 + 2 * 512);
});

it('nothing is sent where no receiver is named', async () => {
  await site.run('commands/worker.ts', ['--once']);
  expect(received).toEqual([]);
});
