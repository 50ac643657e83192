'use server';
/** What the page of failures changes. */
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { clusterFilter } from '#app/_shared/list-address.ts';
import { requestKeySchema } from '#lib/idempotency/once.ts';
import { type LaunchedBulkAction, launchBulkAction } from '#lib/items/bulk/launch.ts';

const retrySchema = z.object({
  code: z.string().max(64),
  httpStatus: z.number().int().nullable(),
  host: z.string().max(300).nullable(),
  source: z.string().max(100).optional(),
  requestKey: requestKeySchema,
});

/** Retries every item that is failed as the cluster's attempts did, in the background. */
export async function retryCluster(
  input: z.input<typeof retrySchema>,
): Promise<ActionResult<LaunchedBulkAction>> {
  return runAction(
    retrySchema,
    input,
    ({ runtime, actor, input: { requestKey, ...cluster } }) =>
      launchBulkAction(
        runtime.db,
        actor,
        { change: { action: 'retry' }, scope: { filter: clusterFilter(cluster) } },
        requestKey,
      ),
    { cost: 10 },
  );
}
