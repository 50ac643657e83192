'use server';
/** What the run pages change. */
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { type LaunchPreview, previewRun } from '#lib/previews/preview-run.ts';
import { cancelRun, pauseRun, resumeRun, stopRun } from '#lib/runs/control-run.ts';
import { type LaunchedRun, launchRun, recrawlRun, retryFailed } from '#lib/runs/launch-run.ts';
import { launchRequestSchema, runBudgetSchema } from '#lib/runs/model.ts';
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

const runId = z.string().max(36);
const previewSchema = z.object({ request: launchRequestSchema, ofRun: runId.nullable() });

/**
 * How many items a launch would take in, of all that is known or of one run, and how long they need at the
 * polite rate.
 */
export async function previewLaunch(
  input: z.input<typeof previewSchema>,
): Promise<ActionResult<LaunchPreview>> {
  return runAction(previewSchema, input, ({ runtime, actor, input: { request, ofRun } }) => {
    requirePermission(actor, 'console:view');
    return previewRun(runtime.db, request, ofRun);
  });
}

const recrawlSchema = z.object({ runId, budget: runBudgetSchema, requestKey });

/** Launches a recrawl of what a run has completed. */
export async function recrawl(
  input: z.input<typeof recrawlSchema>,
): Promise<ActionResult<LaunchedRun>> {
  return runAction(recrawlSchema, input, ({ runtime, actor, input: { runId: id, ...options } }) =>
    recrawlRun(runtime.db, actor, id, options),
  );
}

const retrySchema = z.object({ runId, requestKey });

/** Launches a run over what failed in another. */
export async function rerunFailed(
  input: z.input<typeof retrySchema>,
): Promise<ActionResult<LaunchedRun>> {
  return runAction(retrySchema, input, ({ runtime, actor, input: { runId: id, ...options } }) =>
    retryFailed(runtime.db, actor, id, options),
  );
}

const commandSchema = z.object({ runId, command: z.enum(runCommands) });
const commands = { pause: pauseRun, resume: resumeRun, stop: stopRun, cancel: cancelRun };

/** Pauses, resumes, stops or cancels a run. */
export async function controlRun(
  input: z.input<typeof commandSchema>,
): Promise<ActionResult<null>> {
  return runAction(
    commandSchema,
    input,
    async ({ runtime, actor, input: { runId: id, command } }) => {
      await commands[command](runtime.db, actor, id);
      return null;
    },
  );
}
