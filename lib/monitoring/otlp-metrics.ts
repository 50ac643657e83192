/**
 * Metrics by OTLP/HTTP: the instruments of `/metrics`, read from the same registry, so that both ways tell the same.
 * Where they are sent, and what else can be set, the exporter reads from the variables `OTEL_EXPORTER_OTLP_…`.
 */
import { ValueType } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  MeterProvider,
  type MetricData,
  type MetricProducer,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import type { Registry } from 'prom-client';
import packageFile from '../../package.json' with { type: 'json' };

/** OpenTelemetry's default, ms; `OTEL_METRIC_EXPORT_INTERVAL` sets another one. */
const usualEveryMs = 60_000;
const shortestEveryMs = 1_000;
const longestSendMs = 10_000;
/** A receiver that is away holds up the end of a process no longer, ms. */
const closeMs = 2_000;

export interface MetricsToTell {
  readonly registry: Registry;
  /** Brings up to date what is read from the database; never throws. */
  readonly refresh: () => Promise<void>;
  /** Where `OTEL_SERVICE_NAME` names none. */
  readonly serviceName: string;
}

export interface MetricsPush {
  /** Sends what is left. Never throws. */
  close(): Promise<void>;
}

/** Sends them at the interval until it is closed; a receiver that is away costs figures and nothing else. */
export function pushMetrics(
  { registry, refresh, serviceName }: MetricsToTell,
  env: Readonly<Record<string, string | undefined>> = process.env,
): MetricsPush {
  const resource = resourceFromAttributes({
    'service.name': env['OTEL_SERVICE_NAME'] || serviceName,
    'service.version': packageFile.version,
    'service.instance.id': String(process.pid),
  });
  const asked = Number(env['OTEL_METRIC_EXPORT_INTERVAL']) || usualEveryMs;
  const everyMs = Math.max(shortestEveryMs, asked);
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(),
    exportIntervalMillis: everyMs,
    exportTimeoutMillis: Math.min(everyMs, longestSendMs),
    metricProducers: [producerOf(registry, refresh, resource)],
  });
  const provider = new MeterProvider({ resource, readers: [reader] });
  return {
    async close() {
      const timer = new Promise((resolve) => setTimeout(resolve, closeMs).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), timer]);
    },
  };
}

type Instrument = Awaited<ReturnType<Registry['getMetricsAsJSON']>>[number];
type Sample = { readonly value: number; readonly labels: object; readonly metricName?: string };
type Times = Pick<DataPoint<number>, 'startTime' | 'endTime'>;

function producerOf(
  registry: Registry,
  refresh: () => Promise<void>,
  resource: Resource,
): MetricProducer {
  const startTime = hrTime(Date.now());
  return {
    async collect() {
      await refresh();
      const instruments = await registry.getMetricsAsJSON();
      const times = { startTime, endTime: hrTime(Date.now()) };
      const metrics = instruments.flatMap((one) => metricOf(one, times) ?? []);
      const scope = { name: 'holocron-ingest', version: packageFile.version };
      return { resourceMetrics: { resource, scopeMetrics: [{ scope, metrics }] }, errors: [] };
    },
  };
}

const hrTime = (ms: number): [number, number] => [
  Math.floor(ms / 1000),
  Math.round((ms % 1000) * 1e6),
];

/** Names stay Prometheus', so that a query holds however the figures came. Summaries are none of ours. */
function metricOf(instrument: Instrument, times: Times): MetricData | null {
  const { name, help, type } = instrument;
  // The library types values as its own union; each has these fields.
  const samples = instrument.values as readonly Sample[];
  const base = {
    descriptor: { name, description: help, unit: '', valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  const points = () =>
    samples.map(({ value, labels }) => ({ ...times, value, attributes: textsOf(labels) }));
  // As `MetricType` of prom-client: its values are these words.
  switch (String(type)) {
    case 'counter':
      return {
        ...base,
        dataPointType: DataPointType.SUM,
        isMonotonic: true,
        dataPoints: points(),
      };
    case 'gauge':
      return { ...base, dataPointType: DataPointType.GAUGE, dataPoints: points() };
    case 'histogram':
      return {
        ...base,
        dataPointType: DataPointType.HISTOGRAM,
        dataPoints: histogramsOf(name, samples, times),
      };
    default:
      return null;
  }
}

const textsOf = (labels: object): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).map(([label, value]) => [label, String(value)]));

/** Prometheus counts up to each bound; OTLP counts between the bounds. */
function histogramsOf(
  name: string,
  samples: readonly Sample[],
  times: Times,
): DataPoint<Histogram>[] {
  const groups = new Map<string, { attributes: Record<string, string>; of: Map<string, number> }>();
  for (const { value, labels, metricName } of samples) {
    const { le, ...attributes } = textsOf(labels);
    const key = JSON.stringify(attributes);
    const group = groups.get(key) ?? { attributes, of: new Map<string, number>() };
    groups.set(key, group);
    group.of.set(le ?? (metricName ?? name).slice(name.length), value);
  }
  return [...groups.values()].map(({ attributes, of }) => {
    const bounds = [...of.keys()].filter((key) => key !== '+Inf' && !key.startsWith('_'));
    const boundaries = bounds.map(Number).sort((a, b) => a - b);
    const upTo = [...boundaries.map((bound) => of.get(String(bound)) ?? 0), of.get('+Inf') ?? 0];
    const counts = upTo.map((count, at) => count - (upTo[at - 1] ?? 0));
    const value: Histogram = {
      buckets: { boundaries, counts },
      sum: of.get('_sum') ?? 0,
      count: of.get('_count') ?? 0,
    };
    return { ...times, attributes, value };
  });
}
