'use server';
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { signedInOrThrow } from '#app/_server/actor.ts';
import { changeOwnPassword } from '#lib/access/users.ts';

const ownPasswordSchema = z.strictObject({ current: z.string(), password: z.string() });

export async function changeOwnPasswordAction(
  input: z.input<typeof ownPasswordSchema>,
): Promise<ActionResult<null>> {
  return runAction(
    ownPasswordSchema,
    input,
    async ({ runtime, actor, input: given }) => {
      await changeOwnPassword(runtime.db, actor, given);
      return null;
    },
    { who: signedInOrThrow },
  );
}
