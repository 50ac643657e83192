'use server';
/** What the pages of background actions change. */
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { requestKeySchema } from '#lib/idempotency/once.ts';
import { abortBulkAction, setBulkThrottle, undoBulkAction } from '#lib/items/bulk/control.ts';
import { carryOutDryRun, type LaunchedBulkAction } from '#lib/items/bulk/launch.ts';
import { throttleSchema } from '#lib/items/bulk/model.ts';

const bulkActionId = z.string().min(1).max(36);

const stopSchema = z.object({ bulkActionId });

/** Stops it after the current chunk. */
export async function stopBulkAction(
  input: z.input<typeof stopSchema>,
): Promise<ActionResult<null>> {
  return runAction(stopSchema, input, async ({ runtime, actor, input: { bulkActionId: id } }) => {
    await abortBulkAction(runtime.db, actor, id);
    return null;
  });
}

const speedSchema = z.object({ bulkActionId, itemsPerSecond: throttleSchema.nullable() });

/** Sets how many items a second it looks at; null = as fast as it goes. */
export async function setSpeed(
  input: z.input<typeof speedSchema>,
): Promise<ActionResult<{ itemsPerSecond: number | null }>> {
  return runAction(
    speedSchema,
    input,
    async ({ runtime, actor, input: { bulkActionId: id, itemsPerSecond } }) => {
      await setBulkThrottle(runtime.db, actor, id, itemsPerSecond);
      return { itemsPerSecond };
    },
  );
}

const followSchema = z.object({ bulkActionId, requestKey: requestKeySchema });

/** Launches the action that puts back what this one changed. */
export async function undo(
  input: z.input<typeof followSchema>,
): Promise<ActionResult<LaunchedBulkAction>> {
  return runAction(followSchema, input, ({ runtime, actor, input: asked }) =>
    undoBulkAction(runtime.db, actor, asked.bulkActionId, asked.requestKey),
  );
}

/** Launches in earnest what was tried dry. */
export async function carryOut(
  input: z.input<typeof followSchema>,
): Promise<ActionResult<LaunchedBulkAction>> {
  return runAction(followSchema, input, ({ runtime, actor, input: asked }) =>
    carryOutDryRun(runtime.db, actor, asked.bulkActionId, asked.requestKey),
  );
}
