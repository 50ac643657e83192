'use server';
/** Keeping how a person arranged the list. */
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { gridArrangementSchema } from '#lib/preferences/model.ts';
import { keepGrid } from '#lib/preferences/preferences.ts';

const schema = z.strictObject({ grid: gridArrangementSchema.nullable() });

/** Null = back to the list's own arrangement. */
export async function keepArrangement(input: z.input<typeof schema>): Promise<ActionResult<null>> {
  return runAction(schema, input, async ({ runtime, actor, input: { grid } }) => {
    await keepGrid(runtime.db, actor, { page: 'work-items', grid });
    return null;
  });
}
