/** Whether OpenTelemetry's variables name a receiver for what a process tells; asked before anything of it is loaded. */

type Environment = Readonly<Record<string, string | undefined>>;

/** `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` goes before `OTEL_EXPORTER_OTLP_ENDPOINT`; `OTEL_TRACES_EXPORTER=none` is none. */
export function hasReceiver(env: Environment, signal: 'traces' | 'metrics'): boolean {
  const name = signal.toUpperCase();
  if (env['OTEL_SDK_DISABLED'] === 'true' || env[`OTEL_${name}_EXPORTER`] === 'none') return false;
  return Boolean(env[`OTEL_EXPORTER_OTLP_${name}_ENDPOINT`] || env['OTEL_EXPORTER_OTLP_ENDPOINT']);
}
