import { describe, expect, it } from 'vitest';
import { AppError } from '#lib/errors/app-error.ts';
import type { Environment } from './model.ts';
import { requireSafeReceivers } from './otlp-settings.ts';

const headers = { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer canary' };
const clear = 'http://collector.example:4318';

/** The variables that are refused. */
function refused(env: Environment): string[] {
  try {
    requireSafeReceivers(env);
    return [];
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'config_invalid') throw error;
    expect(error.message).not.toContain('canary');
    return Object.keys(error.fields ?? {});
  }
}

describe('headers for a receiver of OTLP', () => {
  it.each<[string, Environment, string[]]>([
    [
      'without TLS',
      { OTEL_EXPORTER_OTLP_ENDPOINT: clear, ...headers },
      ['OTEL_EXPORTER_OTLP_ENDPOINT'],
    ],
    [
      'without TLS, of one signal',
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example',
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: clear,
        ...headers,
      },
      ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'],
    ],
    [
      'of one signal, whose address is that of all',
      { OTEL_EXPORTER_OTLP_ENDPOINT: clear, OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x=canary' },
      ['OTEL_EXPORTER_OTLP_ENDPOINT'],
    ],
    [
      'in the address itself',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://me:canary@collector.example' },
      ['OTEL_EXPORTER_OTLP_ENDPOINT'],
    ],
  ])('are refused %s', (_, env, names) => {
    expect(refused(env)).toEqual(names);
  });

  it.each<[string, Environment]>([
    ['nothing is set', {}],
    ['there are none', { OTEL_EXPORTER_OTLP_ENDPOINT: clear }],
    [
      'the way is encrypted',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example', ...headers },
    ],
    ['it is this machine', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://[::1]:4318', ...headers }],
    [
      'it is meant',
      { OTEL_EXPORTER_OTLP_ENDPOINT: clear, OTEL_EXPORTER_OTLP_INSECURE: 'TRUE', ...headers },
    ],
    [
      'nothing is sent',
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: clear,
        OTEL_TRACES_EXPORTER: 'none',
        OTEL_METRICS_EXPORTER: 'none',
        ...headers,
      },
    ],
  ])('are accepted where %s', (_, env) => {
    expect(refused(env)).toEqual([]);
  });
});
