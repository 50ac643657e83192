'use server';
/** What the run pages change. */
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { requestKeySchema } from '#lib/idempotency/once.ts';
import { cancelRun, pauseRun, resumeRun, stopRun } from '#lib/runs/control-run.ts';
import { type LaunchedRun, recrawlRun, retryFailed } from '#lib/runs/launch-run.ts';
import { runBudgetSchema } from '#lib/runs/model.ts';
import { runCommands } from './run-commands.ts';

const runId = z.string().max(36);
const recrawlSchema = z.object({ runId, budget: runBudgetSchema, requestKey: requestKeySchema });

/** Launches a recrawl of what a run has completed. */
export async function recrawl(
  input: z.input<typeof recrawlSchema>,
): Promise<ActionResult<LaunchedRun>> {
  return runAction(recrawlSchema, input, ({ runtime, actor, input: { runId: id, ...options } }) =>
    recrawlRun(runtime.db, actor, id, options),
  );
}

const retrySchema = z.object({ runId, requestKey: requestKeySchema });

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
