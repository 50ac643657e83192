/**
 * Traces of items by OTLP/HTTP: a span `item` from its claim to its end, and in it `fetch` and `store`. Where they are
 * sent, and what else can be set, the exporter reads from the variables `OTEL_EXPORTER_OTLP_…` of OpenTelemetry.
 */
import { ROOT_CONTEXT, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import packageFile from '../package.json' with { type: 'json' };
import type { LeasedItem } from './pipeline/context.ts';
import type { ItemTracer } from './tracer.ts';

/** What waits to be sent is in memory: beyond this, spans are dropped. */
const mostQueued = 2_048;
/** A receiver that is away holds up the end of a worker no longer, ms. */
const closeMs = 2_000;

/**
 * How many of the items are traced, 0 to 1, by `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`. The library leaves
 * them to its users. Every item begins a trace of its own, so that what is `parentbased_` comes to the same; what is not
 * understood counts as not set, as the specification has it.
 */
export function shareOfTraces(env: Readonly<Record<string, string | undefined>>): number {
  const sampler = env['OTEL_TRACES_SAMPLER']?.trim().replace(/^parentbased_/, '');
  if (sampler === 'always_off') return 0;
  if (sampler !== 'traceidratio') return 1;
  const share = Number.parseFloat(env['OTEL_TRACES_SAMPLER_ARG'] ?? '');
  return share >= 0 && share <= 1 ? share : 1;
}

export function createOtlpTracer(env = process.env): ItemTracer {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': env['OTEL_SERVICE_NAME'] || 'holocron-worker',
      'service.version': packageFile.version,
      'service.instance.id': String(process.pid),
    }),
    sampler: new TraceIdRatioBasedSampler(shareOfTraces(env)),
    spanProcessors: [
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), maxQueueSize: mostQueued }),
    ],
  });
  const tracer = provider.getTracer('holocron-ingest');
  const spans = new WeakMap<LeasedItem, Span>();

  async function within<T>(span: Span, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  }

  return {
    async item(leased, way) {
      const { item } = leased;
      const span = tracer.startSpan(
        'item',
        {
          startTime: performance.timeOrigin + leased.claimedAt,
          // Names and ids only: an address may hold a key.
          attributes: {
            'holocron.source': item.sourceName,
            'holocron.work_item_id': item.workItemId,
            'holocron.attempt': item.attempt,
            ...(item.runId ? { 'holocron.run_id': item.runId } : {}),
          },
        },
        ROOT_CONTEXT,
      );
      spans.set(leased, span);
      return within(span, async () => {
        const result = await way();
        span.setAttribute('holocron.outcome', result.kind);
        if (result.kind === 'failed' || result.kind === 'lost')
          span.setStatus({ code: SpanStatusCode.ERROR });
        return result;
      });
    },
    async step(name, leased, step) {
      const parent = spans.get(leased);
      const under = parent ? trace.setSpan(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
      return within(tracer.startSpan(name, {}, under), step);
    },
    async close() {
      const timer = new Promise((resolve) => setTimeout(resolve, closeMs).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), timer]);
    },
  };
}
