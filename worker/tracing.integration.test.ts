/** Traces and metrics of a real worker, as a receiver of OTLP gets them. */
import { createServer, type Server } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { aWorkItem } from '#test/factories.ts';
import { openSite, type Site } from '#test/worker/processes.ts';
import { createWorkerMetrics } from './worker-metrics.ts';

let site: Site;
let receiver: Server;
let received: { readonly url: string | undefined; readonly body: string }[];
let endpoint: string;
beforeEach(async () => {
  site = await openSite();
  received = [];
  receiver = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const sent = Buffer.concat(parts);
    const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    received.push({ url: request.url, body: plain.toString('utf8') });
    response.setHeader('content-type', 'application/json').end('{}');
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
  receiver.closeAllConnections();
  receiver.close();
  await site.dispose();
});

it('an item is a span from its claim to its end, with fetch and store in it', async () => {
  await site.run('commands/worker.ts', ['--once'], { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
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
    expect(JSON.stringify(item.attributes)).toContain('"holocron.outcome"');
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

it('nothing is sent where no receiver is named', async () => {
  await site.run('commands/worker.ts', ['--once']);
  expect(received).toEqual([]);
});
