'use server';
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { goOn, stopEverything, stopInputSchema } from '#lib/stops/stop-everything.ts';

export async function stopEverythingAction(
  given: z.input<typeof stopInputSchema>,
): Promise<ActionResult<null>> {
  return runAction(stopInputSchema, given, async ({ runtime, actor, input }) => {
    await stopEverything(runtime.db, actor, input);
    return null;
  });
}

export async function goOnAction(given: Record<never, never>): Promise<ActionResult<null>> {
  return runAction(z.strictObject({}), given, async ({ runtime, actor }) => {
    await goOn(runtime.db, actor);
    return null;
  });
}
