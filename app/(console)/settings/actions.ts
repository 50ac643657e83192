'use server';
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { endAllSessions, endOwnSession } from '#lib/access/sessions.ts';
import {
  changeUser,
  createUser,
  newUserSchema,
  setUserPassword,
  userChangeSchema,
} from '#lib/access/users.ts';
import { seenSchema } from '#lib/audit/changed-meanwhile.ts';
import { requestKeySchema } from '#lib/idempotency/once.ts';
import { changeRetention, retentionSchema } from '#lib/retention/settings.ts';
import { runSmokeChecks, type SmokeResult } from '#lib/smoke/run-checks.ts';

const createSchema = newUserSchema.extend({ requestKey: requestKeySchema });

export async function createUserAction(
  input: z.input<typeof createSchema>,
): Promise<ActionResult<string>> {
  return runAction(createSchema, input, ({ runtime, actor, input: { requestKey, ...user } }) =>
    createUser(runtime.db, actor, user, { requestKey }),
  );
}

export async function changeUserAction(
  input: z.input<typeof userChangeSchema>,
): Promise<ActionResult<null>> {
  return runAction(userChangeSchema, input, async ({ runtime, actor, input: user }) => {
    await changeUser(runtime.db, actor, user);
    return null;
  });
}

const passwordSchema = z.strictObject({ userId: z.string(), password: z.string() });

export async function setUserPasswordAction(
  input: z.input<typeof passwordSchema>,
): Promise<ActionResult<{ readonly tokensRevoked: number }>> {
  return runAction(passwordSchema, input, ({ runtime, actor, input: given }) =>
    setUserPassword(runtime.db, actor, given),
  );
}

const sessionSchema = z.strictObject({ sessionId: z.string() });

export async function endOwnSessionAction(
  input: z.input<typeof sessionSchema>,
): Promise<ActionResult<null>> {
  return runAction(sessionSchema, input, async ({ runtime, actor, input: { sessionId } }) => {
    await endOwnSession(runtime.db, actor, sessionId);
    return null;
  });
}

const personSchema = z.strictObject({ userId: z.string() });

/** Of oneself, or as an administrator of somebody else. */
export async function endAllSessionsAction(
  input: z.input<typeof personSchema>,
): Promise<ActionResult<number>> {
  return runAction(personSchema, input, ({ runtime, actor, input: { userId } }) =>
    endAllSessions(runtime.db, actor, userId),
  );
}

export async function smokeCheckAction(_nothing: null): Promise<ActionResult<SmokeResult[]>> {
  return runAction(
    z.undefined(),
    undefined,
    ({ runtime, actor }) => runSmokeChecks(runtime.db, actor),
    { cost: 20 },
  );
}

const retentionChangeSchema = retentionSchema.extend({ seen: seenSchema });

export async function changeRetentionAction(
  given: z.input<typeof retentionChangeSchema>,
): Promise<ActionResult<null>> {
  return runAction(retentionChangeSchema, given, async ({ runtime, actor, input }) => {
    const { seen, ...retention } = input;
    await changeRetention(runtime.db, actor, retention, seen);
    return null;
  });
}
