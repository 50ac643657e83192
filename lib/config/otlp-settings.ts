/** OpenTelemetry's variables, as far as they would send a secret in clear: what else they say, its own library reads. */
import { isInClear } from '#lib/clear-text.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { Environment } from './model.ts';

const signals = ['TRACES', 'METRICS'] as const;

/**
 * Headers prove the sender to the receiver. Throws `config_invalid` naming the variable of an address that they would be
 * sent to without TLS, beyond this machine, unless `OTEL_EXPORTER_OTLP_INSECURE` says that this is meant; and of one that
 * holds a user and password, which is written to logs.
 */
export function requireSafeReceivers(env: Environment): void {
  if (env['OTEL_SDK_DISABLED'] === 'true') return;
  const fields = Object.fromEntries(signals.flatMap((signal) => faultOf(env, signal)));
  const sentences = Object.entries(fields).map(
    ([name, fault]) => `Environment variable ${name}: ${fault}.`,
  );
  if (sentences.length > 0) throw new AppError('config_invalid', sentences.join('\n'), { fields });
}

function faultOf(env: Environment, signal: (typeof signals)[number]): [string, string][] {
  if (env[`OTEL_${signal}_EXPORTER`] === 'none') return [];
  const own = `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`;
  const name = env[own] ? own : 'OTEL_EXPORTER_OTLP_ENDPOINT';
  const url = URL.parse(env[name] ?? '');
  if (url === null) return [];
  if (url.username !== '' || url.password !== '') {
    return [
      [name, 'must have no user and password before the host; use OTEL_EXPORTER_OTLP_HEADERS'],
    ];
  }
  const hasHeaders =
    env[`OTEL_EXPORTER_OTLP_${signal}_HEADERS`] || env['OTEL_EXPORTER_OTLP_HEADERS'];
  const isMeant = env['OTEL_EXPORTER_OTLP_INSECURE']?.toLowerCase() === 'true';
  if (!hasHeaders || !isInClear(url) || isMeant) return [];
  return [
    [
      name,
      'must be https where headers are sent; OTEL_EXPORTER_OTLP_INSECURE=true sends them in clear',
    ],
  ];
}
