import { connection } from 'next/server';
import { probeConsole } from '#app/_server/monitoring.ts';
import { isProbe } from '#lib/monitoring/probes.ts';

/** `/api/health/live`, `/startup` and `/ready`, for orchestrators: 200 or 503. No sign-in, no secrets. */
export async function GET(
  _: Request,
  { params }: { params: Promise<{ probe: string }> },
): Promise<Response> {
  await connection();
  const { probe } = await params;
  if (!isProbe(probe)) return answer({ status: 'unknown probe' }, 404);
  const { ok, code } = await probeConsole(probe).catch(() => ({ ok: false, code: 'internal' }));
  return answer({ status: ok ? 'ok' : 'unavailable', ...(code ? { code } : {}) }, ok ? 200 : 503);
}

const answer = (body: object, status: number): Response =>
  Response.json(body, { status, headers: { 'cache-control': 'no-store' } });
