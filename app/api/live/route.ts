import { actorOrThrow } from '#app/_server/actor.ts';
import { answerJson } from '#app/_server/json.ts';
import { readsFor } from '#app/_server/reads.ts';
import { checkHealth } from '#lib/health/check-health.ts';
import { readPulse } from '#lib/metrics/pulse.ts';
import { getRuntime } from '#lib/runtime.ts';
import { readStop } from '#lib/stops/read-stop.ts';

/** For `LiveProvider`: does anything move, has anything changed, is the deployment well. */
export function GET(): Promise<Response> {
  return answerJson(async () => {
    await actorOrThrow();
    const runtime = await getRuntime();
    const health = await checkHealth(runtime.db);
    // From where the pages read: else a page would refresh before there is anything new for it.
    const pulse = health.ok
      ? await readPulse(await readsFor(runtime))
      : { moving: false, stamp: 'unwell' };
    const stop = health.ok ? await readStop(runtime.db) : null;
    return {
      ...pulse,
      // A stop that is over changes what pages show, and nobody did anything.
      stamp: `${pulse.stamp} ${stop?.stopId ?? ''}`,
      stop,
      health: {
        ok: health.ok,
        latencyMs: health.latencyMs,
        workers: health.workers,
        message: health.error?.message ?? null,
      },
    };
  });
}
