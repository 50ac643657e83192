'use server';
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { requestKeySchema } from '#lib/idempotency/once.ts';
import { scheduleInputSchema } from '#lib/schedules/model.ts';
import { deleteSchedule, saveSchedule } from '#lib/schedules/schedules.ts';

const saveSchema = z.object({
  scheduleId: z.string().max(36).optional(),
  input: z.unknown(),
  requestKey: requestKeySchema,
});

export async function saveScheduleAction(
  given: z.input<typeof saveSchema>,
): Promise<ActionResult<string>> {
  const { scheduleId, input, requestKey } = saveSchema.parse(given);
  return runAction(scheduleInputSchema, input, ({ runtime, actor, input: parsed }) =>
    saveSchedule(runtime.db, actor, parsed, { scheduleId, requestKey }),
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
