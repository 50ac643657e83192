'use server';
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { type AddedOne, addOne, addOneSchema } from '#lib/items/add-one.ts';

const schema = addOneSchema.extend({ requestKey: z.string().max(100) });

export async function addOneAction(given: z.input<typeof schema>): Promise<ActionResult<AddedOne>> {
  return runAction(schema, given, ({ runtime, actor, input: { requestKey, ...input } }) =>
    addOne(runtime.db, actor, input, { requestKey }),
  );
}
