'use server';
/** What the work-item pages change. */
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { type RefetchPlan, refetchPlanSchema } from '#lib/revisit/refetch-plan.ts';
import { changeItems as change } from '#lib/work-items/change-items.ts';
import { itemActions } from './item-actions.ts';

const changeSchema = z.object({
  action: z.enum(itemActions),
  ids: z.array(z.string().min(1).max(36)).min(1).max(1000),
});

/** Recrawls, retries or skips items; says how many changed and how many could not. */
export async function changeItems(
  input: z.input<typeof changeSchema>,
): Promise<ActionResult<{ changed: number; refused: number }>> {
  return runAction(changeSchema, input, async ({ runtime, actor, input: { action, ids } }) => {
    const { changed, refused } = await change(runtime.db, actor, { action }, ids);
    return { changed, refused };
  });
}

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
      const { changed } = await change(runtime.db, actor, { action: 'set_refetch', plan }, [
        workItemId,
      ]);
      return { changed, plan };
    },
  );
}
