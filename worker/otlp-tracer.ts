/**
 * Traces of items by OTLP/HTTP: a span `item` from its claim to its end, and in it `fetch` and `store`. Where they are
 * sent, and what else can be set, the exporter reads from the variables `OTEL_EXPORTER_OTLP_…` of OpenTelemetry.
 */
import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
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

export interface Sampling {
  /** Of the items that go well, 0 to 1. */
  readonly share: number;
  /** Whether every attempt that failed is traced as well. */
  readonly failed: boolean;
}

/** Where nothing is said: few enough to cost next to nothing, and whatever somebody will look for. */
const unsaid: Sampling = { share: 0.1, failed: true };

/**
 * Which items are traced, by `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`. The library leaves them to its users.
 * Every item begins a trace of its own, so that what is `parentbased_` comes to the same; what is not understood counts
 * as not set, as the specification has it.
 */
export function samplingOf(env: Readonly<Record<string, string | undefined>>): Sampling {
  const sampler = env['OTEL_TRACES_SAMPLER']?.trim().replace(/^parentbased_/, '');
  if (sampler === 'always_off') return { share: 0, failed: false };
  if (sampler === 'always_on') return { share: 1, failed: true };
  if (sampler !== 'traceidratio') return unsaid;
  const share = Number.parseFloat(env['OTEL_TRACES_SAMPLER_ARG'] ?? '');
  // The default of the specification.
  return { share: share >= 0 && share <= 1 ? share : 1, failed: false };
}

const failures: ReadonlySet<string> = new Set(['failed', 'retried', 'lost']);
const outcomeKey = 'holocron.outcome';

/** Judges an item by how it ended, which is known when its span is made. */
function samplerOf({ share, failed }: Sampling): Sampler {
  const byChance = new TraceIdRatioBasedSampler(share);
  const root: Sampler = {
    shouldSample: (context, traceId, _name, _kind, attributes) =>
      failed && failures.has(String(attributes[outcomeKey]))
        ? { decision: SamplingDecision.RECORD_AND_SAMPLED }
        : byChance.shouldSample(context, traceId),
    toString: () => `failures or ${byChance}`,
  };
  return new ParentBasedSampler({ root });
}

/** What is remembered of an item on its way: spans are made at its end, of those that are traced. */
interface Step {
  readonly name: string;
  readonly startedAt: number;
  endedAt: number;
  isFaulty: boolean;
}

export function createOtlpTracer(
  env: Readonly<Record<string, string | undefined>> = process.env,
): ItemTracer {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': env['OTEL_SERVICE_NAME'] || 'holocron-worker',
      'service.version': packageFile.version,
      'service.instance.id': String(process.pid),
    }),
    sampler: samplerOf(samplingOf(env)),
    spanProcessors: [
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), maxQueueSize: mostQueued }),
    ],
  });
  const tracer = provider.getTracer('holocron-ingest');
  const ways = new WeakMap<LeasedItem, Step[]>();

  /** `outcome` is null where the way broke off. */
  function tell({ item, claimedAt }: LeasedItem, steps: readonly Step[], outcome: string | null) {
    const span = tracer.startSpan(
      'item',
      {
        startTime: performance.timeOrigin + claimedAt,
        // Names and ids only: an address may hold a key.
        attributes: {
          'holocron.source': item.sourceName,
          'holocron.work_item_id': item.workItemId,
          'holocron.attempt': item.attempt,
          [outcomeKey]: outcome ?? 'lost',
          ...(item.runId ? { 'holocron.run_id': item.runId } : {}),
        },
      },
      ROOT_CONTEXT,
    );
    if (!span.isRecording()) return;
    const under = trace.setSpan(ROOT_CONTEXT, span);
    for (const { name, startedAt, endedAt, isFaulty } of steps) {
      const startTime = performance.timeOrigin + startedAt;
      const made = tracer.startSpan(name, { startTime }, under);
      if (isFaulty) made.setStatus({ code: SpanStatusCode.ERROR });
      made.end(performance.timeOrigin + endedAt);
    }
    if (outcome === null || outcome === 'failed' || outcome === 'lost')
      span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(performance.timeOrigin + performance.now());
  }

  return {
    async item(leased, way) {
      const steps: Step[] = [];
      ways.set(leased, steps);
      let outcome: string | null = null;
      try {
        const result = await way();
        outcome = result.kind;
        return result;
      } finally {
        tell(leased, steps, outcome);
      }
    },
    async step(name, leased, step) {
      const startedAt = performance.now();
      const made: Step = { name, startedAt, endedAt: startedAt, isFaulty: true };
      ways.get(leased)?.push(made);
      try {
        const result = await step();
        made.isFaulty = false;
        return result;
      } finally {
        made.endedAt = performance.now();
      }
    },
    async close() {
      const timer = new Promise((resolve) => setTimeout(resolve, closeMs).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), timer]);
    },
  };
}
