'use server';
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { clearBlock } from '#lib/hosts/clear-block.ts';
import { setHostDelay } from '#lib/hosts/set-host-delay.ts';

const schema = z.object({ host: z.string().min(1).max(300) });

export async function clearBlockAction(input: { host: string }): Promise<ActionResult<null>> {
  return runAction(schema, input, async ({ runtime, actor, input: { host } }) => {
    await clearBlock(runtime.db, actor, host);
    return null;
  });
}

const delaySchema = z.strictObject({
  host: schema.shape.host,
  /** Milliseconds; null leaves the host to the delay of each source. */
  delayMs: z.number().nullable(),
});

export async function setHostDelayAction(
  given: z.input<typeof delaySchema>,
): Promise<ActionResult<null>> {
  return runAction(delaySchema, given, async ({ runtime, actor, input }) => {
    await setHostDelay(runtime.db, actor, input.host, input.delayMs);
    return null;
  });
}
