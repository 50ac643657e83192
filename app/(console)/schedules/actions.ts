'use server';
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { seenSchema } from '#lib/audit/changed-meanwhile.ts';
import { parseInput } from '#lib/errors/app-error.ts';
import { requestKeySchema } from '#lib/idempotency/once.ts';
import { scheduleInputSchema } from '#lib/schedules/model.ts';
import { deleteSchedule, saveSchedule } from '#lib/schedules/schedules.ts';

const saveSchema = z.object({
  scheduleId: z.string().max(36).optional(),
  input: z.unknown(),
  seen: seenSchema,
  requestKey: requestKeySchema,
});

export async function saveScheduleAction(
  given: z.input<typeof saveSchema>,
): Promise<ActionResult<string>> {
  return runAction(saveSchema, given, ({ runtime, actor, input: { input, ...options } }) =>
    // By itself, so that its faults are named as the form names its fields.
    saveSchedule(runtime.db, actor, parseInput(scheduleInputSchema, input), options),
  );
}

const idSchema = z.object({ scheduleId: z.string().max(36) });

export async function deleteScheduleAction(
  given: z.input<typeof idSchema>,
): Promise<ActionResult<null>> {
  return runAction(idSchema, given, async ({ runtime, actor, input: { scheduleId } }) => {
    await deleteSchedule(runtime.db, actor, scheduleId);
    return null;
  });
}
