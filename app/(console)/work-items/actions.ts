'use server';
/** What the work-item pages change. */
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { changeItems } from '#lib/items/changes/change-items.ts';
import { type RefetchPlan, refetchPlanSchema } from '#lib/revisit/refetch-plan.ts';

const refetchSchema = z.object({
  workItemId: z.string().min(1).max(36),
  plan: refetchPlanSchema,
});

/** Pins one item to a plan, retires it, or takes either back. */
export async function setRefetch(
  input: z.input<typeof refetchSchema>,
): Promise<ActionResult<{ changed: number; plan: RefetchPlan }>> {
  return runAction(
    refetchSchema,
    input,
    async ({ runtime, actor, input: { workItemId, plan } }) => {
      const { changed } = await changeItems(runtime.db, actor, { action: 'set_refetch', plan }, [
        workItemId,
      ]);
      return { changed, plan };
    },
  );
}
