'use server';
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { verifyNewest } from '#lib/audit/verify-audit.ts';

/** The sentence that says what came of it. */
export async function verifyAuditAction(
  input: Record<string, never>,
): Promise<ActionResult<{ readonly isWhole: boolean; readonly faultCount: number }>> {
  return runAction(
    z.strictObject({}),
    input,
    async ({ runtime, actor }) => {
      const { faultCount } = await verifyNewest(runtime.db, actor);
      return { isWhole: faultCount === 0, faultCount };
    },
    { cost: 20 },
  );
}
