'use server';
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { clearBlock } from '#lib/hosts/clear-block.ts';

const schema = z.object({ host: z.string().min(1).max(300) });

export async function clearBlockAction(input: { host: string }): Promise<ActionResult<null>> {
  return runAction(schema, input, async ({ runtime, actor, input: { host } }) => {
    await clearBlock(runtime.db, actor, host);
    return null;
  });
}
