'use server';
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { sightOf } from '#lib/actor/model.ts';
import { seenSchema } from '#lib/audit/changed-meanwhile.ts';
import { blockByPerson, blockInputSchema, clearBlock } from '#lib/hosts/blocks.ts';
import { setHostLimits } from '#lib/hosts/limits.ts';
import { type RobotsTrial, tryRobots, tryRobotsSchema } from '#lib/source-types/web/try-robots.ts';

const schema = z.object({ host: z.string().min(1).max(300) });

export async function clearBlockAction(input: { host: string }): Promise<ActionResult<null>> {
  return runAction(schema, input, async ({ runtime, actor, input: { host } }) => {
    await clearBlock(runtime.db, actor, host);
    return null;
  });
}

export async function blockHostAction(
  given: z.input<typeof blockInputSchema>,
): Promise<ActionResult<null>> {
  return runAction(blockInputSchema, given, async ({ runtime, actor, input }) => {
    await blockByPerson(runtime.db, actor, input);
    return null;
  });
}

const limitsSchema = z.strictObject({
  host: schema.shape.host,
  /** Milliseconds; null leaves the host to the delay of each source. */
  delayMs: z.number().nullable(),
  /** Null = as many as the workers send. */
  concurrency: z.number().nullable(),
  seen: seenSchema,
});

export async function setHostLimitsAction(
  given: z.input<typeof limitsSchema>,
): Promise<ActionResult<null>> {
  return runAction(limitsSchema, given, async ({ runtime, actor, input }) => {
    const { host, seen, ...limits } = input;
    await setHostLimits(runtime.db, actor, host, limits, seen);
    return null;
  });
}

/** What the stored robots.txt says of an address; no request is sent. */
export async function tryRobotsAction(
  given: z.input<typeof tryRobotsSchema>,
): Promise<ActionResult<RobotsTrial>> {
  return runAction(tryRobotsSchema, given, ({ runtime, actor, input }) =>
    tryRobots(runtime.db, input, sightOf(actor)),
  );
}
