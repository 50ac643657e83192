'use server';
/** What the run pages change. */
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { requirePermission } from '#lib/access/require-permission.ts';
import { cancelRun, pauseRun, resumeRun, stopRun } from '#lib/runs/control-run.ts';
import { type LaunchedRun, launchRun, retryFailed } from '#lib/runs/launch-run.ts';
import { launchRequestSchema } from '#lib/runs/model.ts';
import { type LaunchPreview, previewRun } from '#lib/runs/preview-run.ts';
import { runCommands } from './run-commands.ts';

const requestKey = z.string().regex(/^[0-9a-f]{32}$/, 'must be a request key');
const launchSchema = z.object({ request: launchRequestSchema, requestKey });

/** Launches a run; the same key launches one run, however often it is sent. */
export async function launch(
  input: z.input<typeof launchSchema>,
): Promise<ActionResult<LaunchedRun>> {
  return runAction(launchSchema, input, ({ runtime, actor, input: { request, requestKey: key } }) =>
    launchRun(runtime.db, actor, request, { requestKey: key }),
  );
}

/** How many items a launch would take in, and how long they need at the polite rate. */
export async function previewLaunch(
  input: z.input<typeof launchRequestSchema>,
): Promise<ActionResult<LaunchPreview>> {
  return runAction(launchRequestSchema, input, ({ runtime, actor, input: request }) => {
    requirePermission(actor, 'console:view');
    return previewRun(runtime.db, request);
  });
}

const retrySchema = z.object({ runId: z.string().max(36), requestKey });

/** Launches a run over what failed in another. */
export async function rerunFailed(
  input: z.input<typeof retrySchema>,
): Promise<ActionResult<LaunchedRun>> {
  return runAction(retrySchema, input, ({ runtime, actor, input: { runId, requestKey: key } }) =>
    retryFailed(runtime.db, actor, runId, { requestKey: key }),
  );
}

const commandSchema = z.object({ runId: z.string().max(36), command: z.enum(runCommands) });
const commands = { pause: pauseRun, resume: resumeRun, stop: stopRun, cancel: cancelRun };

/** Pauses, resumes, stops or cancels a run. */
export async function controlRun(
  input: z.input<typeof commandSchema>,
): Promise<ActionResult<null>> {
  return runAction(commandSchema, input, async ({ runtime, actor, input: { runId, command } }) => {
    await commands[command](runtime.db, actor, runId);
    return null;
  });
}
