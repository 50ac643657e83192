'use server';
import type { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import {
  type DecisionOutcome,
  decideQuarantineItems,
  decideQuarantines,
  decisionSchema,
  itemDecisionSchema,
} from '#lib/quarantine/decide.ts';

export async function decideQuarantinesAction(
  given: z.input<typeof decisionSchema>,
): Promise<ActionResult<DecisionOutcome[]>> {
  return runAction(decisionSchema, given, ({ runtime, actor, input }) =>
    decideQuarantines(runtime.db, actor, input),
  );
}

/** Answers how many were decided by this call. */
export async function decideItemsAction(
  given: z.input<typeof itemDecisionSchema>,
): Promise<ActionResult<number>> {
  return runAction(itemDecisionSchema, given, ({ runtime, actor, input }) =>
    decideQuarantineItems(runtime.db, actor, input),
  );
}
