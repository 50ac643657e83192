'use server';
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { createApiToken, newTokenSchema, revokeApiToken } from '#lib/access/api-tokens.ts';

/** Makes a token; the answer holds it, and nothing else ever will. */
export async function createTokenAction(
  input: z.input<typeof newTokenSchema>,
): Promise<ActionResult<{ tokenId: string; token: string }>> {
  return runAction(newTokenSchema, input, ({ runtime, actor, input: wanted }) =>
    createApiToken(runtime.db, actor, wanted),
  );
}

const oneSchema = z.strictObject({ tokenId: z.string().max(36) });

export async function revokeTokenAction(
  input: z.input<typeof oneSchema>,
): Promise<ActionResult<null>> {
  return runAction(oneSchema, input, async ({ runtime, actor, input: { tokenId } }) => {
    await revokeApiToken(runtime.db, actor, tokenId);
    return null;
  });
}
