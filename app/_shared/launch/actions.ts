'use server';
/** What the launch form asks of the server. */
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { requestKeySchema } from '#lib/idempotency/once.ts';
import { type LaunchPreview, previewRun } from '#lib/previews/preview-run.ts';
import { type LaunchedRun, launchRun } from '#lib/runs/launch-run.ts';
import { launchRequestSchema } from '#lib/runs/model.ts';

const launchSchema = z.object({ request: launchRequestSchema, requestKey: requestKeySchema });

/** Launches a run; the same key launches one run, however often it is sent. */
export async function launch(
  input: z.input<typeof launchSchema>,
): Promise<ActionResult<LaunchedRun>> {
  return runAction(launchSchema, input, ({ runtime, actor, input: { request, requestKey } }) =>
    launchRun(runtime.db, actor, request, { requestKey }),
  );
}

const previewSchema = z.object({
  request: launchRequestSchema,
  ofRun: z.string().max(36).nullable(),
});

/**
 * How many items a launch would take in, of all that is known or of one run, and how long they need at the
 * polite rate.
 */
export async function previewLaunch(
  input: z.input<typeof previewSchema>,
): Promise<ActionResult<LaunchPreview>> {
  return runAction(
    previewSchema,
    input,
    ({ runtime, actor, input: { request, ofRun } }) =>
      previewRun(runtime.db, actor, request, ofRun),
    { cost: 10 },
  );
}
