import { connection } from 'next/server';
import { consoleMetrics } from '#app/_server/monitoring.ts';
import { showsToken } from '#lib/monitoring/may-read-metrics.ts';
import { getRuntime } from '#lib/runtime.ts';

/** For Prometheus, with the token of the settings; where none is set, there is nothing here. */
export async function GET(request: Request): Promise<Response> {
  await connection();
  const { config } = await getRuntime();
  const { token } = config.monitoring;
  if (token === null)
    return answer('There are no metrics: INGEST_METRICS_TOKEN is not set.\n', 404);
  if (!showsToken(request.headers.get('authorization'), token)) {
    return answer('The token is missing or wrong.\n', 401, { 'www-authenticate': 'Bearer' });
  }
  const { text, contentType } = await consoleMetrics();
  return answer(text, 200, { 'content-type': contentType });
}

const answer = (body: string, status: number, headers: Record<string, string> = {}): Response =>
  new Response(body, {
    status,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      ...headers,
    },
  });
