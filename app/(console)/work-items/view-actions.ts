'use server';
/** What a person does with the saved views of the list. */
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { requestKeySchema } from '#lib/idempotency/once.ts';
import { keepDefaultView as keep } from '#lib/preferences/preferences.ts';
import { newViewSchema, viewChangeSchema } from '#lib/views/model.ts';
import { changeView as change, createView, deleteView as remove } from '#lib/views/views.ts';

const page = 'work-items';
const viewId = z.string().min(1).max(36);

const saveSchema = newViewSchema.omit({ page: true }).extend({ requestKey: requestKeySchema });

/** Saves the filter and order as a new view. */
export async function saveView(
  input: z.input<typeof saveSchema>,
): Promise<ActionResult<{ viewId: string }>> {
  return runAction(
    saveSchema,
    input,
    async ({ runtime, actor, input: { requestKey, ...view } }) => ({
      viewId: await createView(runtime.db, actor, { ...view, page }, { requestKey }),
    }),
  );
}

const changeSchema = viewChangeSchema.extend({ viewId });

/** Renames a view, gives it another filter, shares it or takes it back. */
export async function changeView(input: z.input<typeof changeSchema>): Promise<ActionResult<null>> {
  return runAction(
    changeSchema,
    input,
    async ({ runtime, actor, input: { viewId: id, ...to } }) => {
      await change(runtime.db, actor, id, to);
      return null;
    },
  );
}

const oneSchema = z.strictObject({ viewId });

/** Removes a view for everybody who has it. */
export async function deleteView(input: z.input<typeof oneSchema>): Promise<ActionResult<null>> {
  return runAction(oneSchema, input, async ({ runtime, actor, input: { viewId: id } }) => {
    await remove(runtime.db, actor, id);
    return null;
  });
}

const defaultSchema = z.strictObject({ viewId: viewId.nullable() });

/** The view that the list opens with; null = everything. */
export async function keepDefaultView(
  input: z.input<typeof defaultSchema>,
): Promise<ActionResult<null>> {
  return runAction(defaultSchema, input, async ({ runtime, actor, input: { viewId: id } }) => {
    await keep(runtime.db, actor, { page, viewId: id });
    return null;
  });
}
