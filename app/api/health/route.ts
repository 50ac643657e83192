import { connection } from 'next/server';
import { checkHealth, type Health, healthOfBrokenStart } from '#lib/health/check-health.ts';
import { getRuntime } from '#lib/runtime.ts';

/** For load balancers and containers: 200 when the deployment can work, else 503. No sign-in, no secrets. */
export async function GET(): Promise<Response> {
  await connection();
  const health = await readHealth();
  const { ok, engine, latencyMs, pendingMigrations, workers, error } = health;
  return Response.json(
    {
      status: ok ? 'ok' : 'unavailable',
      engine,
      latency_ms: latencyMs,
      pending_migrations: pendingMigrations,
      workers,
      ...(error ? { error: { code: error.code, remedy: error.remedy } } : {}),
    },
    { status: ok ? 200 : 503, headers: { 'cache-control': 'no-store' } },
  );
}

async function readHealth(): Promise<Health> {
  try {
    const { db } = await getRuntime();
    return await checkHealth(db);
  } catch (error) {
    return healthOfBrokenStart(error);
  }
}
