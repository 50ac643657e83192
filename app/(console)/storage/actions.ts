'use server';
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { previewRetentionFor, type RetentionPreview } from '#lib/retention/preview.ts';

/** Reads for as long as that takes, up to a minute for each kind of things. */
export async function previewRetentionAction(
  given: Record<string, never>,
): Promise<ActionResult<readonly RetentionPreview[]>> {
  return runAction(z.strictObject({}), given, ({ runtime, actor }) =>
    previewRetentionFor(runtime.reads, actor),
  );
}
