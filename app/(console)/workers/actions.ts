'use server';
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { drainWorker, keepWorker } from '#lib/workers/presence.ts';

const schema = z.object({ workerId: z.string().min(1).max(200) });

export async function drainWorkerAction(input: { workerId: string }): Promise<ActionResult<null>> {
  return runAction(schema, input, async ({ runtime, actor, input: { workerId } }) => {
    await drainWorker(runtime.db, actor, workerId);
    return null;
  });
}

export async function keepWorkerAction(input: { workerId: string }): Promise<ActionResult<null>> {
  return runAction(schema, input, async ({ runtime, actor, input: { workerId } }) => {
    await keepWorker(runtime.db, actor, workerId);
    return null;
  });
}
