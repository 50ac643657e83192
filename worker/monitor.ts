/**
 * What a worker answers on a port of its own: `/metrics` in Prometheus' text format, and the probes `/live`,
 * `/startup` and `/ready`. Loaded only where that port is configured.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Db } from '#db/engine.ts';
import type { MonitoringSettings } from '#lib/config/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { Logger } from '#lib/log.ts';
import { showsToken } from '#lib/monitoring/may-read-metrics.ts';
import { createProbes, isProbe } from '#lib/monitoring/probes.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

export interface Monitor {
  /** The port that was opened. */
  readonly port: number;
  close(): Promise<void>;
}

export interface MonitoredWorker {
  readonly metrics: WorkerMetrics;
  /** Null while it is not opened. */
  readonly db: () => Db | null;
  readonly log: Logger;
  /** Aborted when the worker claims nothing more. */
  readonly leaving: AbortSignal;
}

/** A scrape or probe is one short request; nobody holds more than so many connections here. */
const mostConnections = 50;

/**
 * @throws AppError `config_invalid` when the port cannot be opened
 */
export async function openMonitor(
  { token, port, host }: MonitoringSettings & { readonly port: number },
  { metrics, db, log, leaving }: MonitoredWorker,
): Promise<Monitor> {
  const probe = createProbes({
    // The settings were read before this port was opened.
    started: () => true,
    db: async () => db(),
    leaving: () => leaving.aborted,
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return end(response, 405, 'Only GET is answered here.\n', { allow: 'GET, HEAD' });
    }
    const name = path.slice(1);
    if (isProbe(name)) {
      const { ok, code } = await probe(name);
      return end(response, ok ? 200 : 503, `${ok ? 'ok' : (code ?? 'unavailable')}\n`);
    }
    if (path !== '/metrics')
      return end(response, 404, 'Here are /metrics, /live, /startup and /ready.\n');
    if (token !== null && !showsToken(request.headers.authorization, token)) {
      return end(response, 401, 'The token is missing or wrong.\n', {
        'www-authenticate': 'Bearer',
      });
    }
    const { registry, refresh } = metrics;
    await refresh();
    return end(response, 200, await registry.metrics(), { 'content-type': registry.contentType });
  }

  const server = createServer(
    { requestTimeout: 10_000, keepAliveTimeout: 5_000 },
    (request, response) => {
      answer(request, response).catch((err: unknown) => {
        log.warn({ err }, 'could not answer for the metrics');
        if (response.headersSent) response.destroy();
        else end(response, 500, 'The log has the reason.\n');
      });
    },
  );
  server.maxConnections = mostConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new AppError(
          'config_invalid',
          `The port ${port} for metrics cannot be opened at ${host}.`,
          {
            remedy: 'Give each worker of a machine an INGEST_METRICS_PORT of its own.',
            cause,
          },
        ),
      ),
    );
    server.listen(port, host, resolve);
  });
  server.on('error', (err) => log.warn({ err }, 'the port for metrics has a fault'));
  // It never keeps a worker alive that has ended.
  server.unref();
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function end(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(body);
}
