'use server';
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { endMute, mute, muteInputSchema } from '#lib/alerts/mutes.ts';

/** Answers what is muted, in words. */
export async function muteAction(
  given: z.input<typeof muteInputSchema>,
): Promise<ActionResult<string>> {
  return runAction(muteInputSchema, given, async ({ runtime, actor, input }) => {
    const { label } = await mute(runtime.db, actor, input);
    return label;
  });
}

const endSchema = z.object({ muteId: z.string().max(36) });

export async function endMuteAction(given: z.input<typeof endSchema>): Promise<ActionResult<null>> {
  return runAction(endSchema, given, async ({ runtime, actor, input: { muteId } }) => {
    await endMute(runtime.db, actor, muteId);
    return null;
  });
}
