/** What every server action and page load goes through: parse, call one function, answer in one form. */
import { unstable_rethrow } from 'next/navigation';
import type { z } from 'zod';
import { recordRefusal } from '#lib/access/record-refusal.ts';
import { type Sight, sightOf } from '#lib/actor/model.ts';
import { AppError, type PublicError, parseInput, toPublicError } from '#lib/errors/app-error.ts';
import { newId } from '#lib/ids.ts';
import { getRuntime, type Runtime } from '#lib/runtime.ts';
import { actorOrThrow, currentActor, type SignedInActor } from './actor.ts';
import { readsFor, rememberChange } from './reads.ts';
import { chargeSession } from './request-limits.ts';

export type ActionResult<T> =
  | { readonly ok: true; readonly data: T }
  | { readonly ok: false; readonly error: PublicError };

interface ActionContext<I> {
  readonly runtime: Runtime;
  readonly actor: SignedInActor;
  readonly input: I;
}

interface PageContext {
  readonly runtime: Runtime;
  readonly actor: SignedInActor;
  /** For lists and statistics, which may be read from a copy. */
  readonly reads: Runtime['reads'];
  /** The sources that the person sees: nothing of others is read. */
  readonly sight: Sight;
}

interface ActionOptions {
  /** For the one action that is open before the rest. */
  readonly who?: () => Promise<SignedInActor>;
  /** How many ordinary actions it counts as. */
  readonly cost?: number;
}

/**
 * Runs one action for the signed-in person: parses `input`, calls `run`, and turns what was thrown
 * into what may be shown. Parse errors come back as `input_invalid` with a message per field.
 */
export function runAction<S extends z.ZodType, T>(
  schema: S,
  input: unknown,
  run: (context: ActionContext<z.output<S>>) => Promise<T>,
  { who = actorOrThrow, cost = 1 }: ActionOptions = {},
): Promise<ActionResult<T>> {
  return settle(async () => {
    const actor = await who();
    chargeSession(actor, cost);
    const parsed = parseInput(schema, input);
    const runtime = await getRuntime();
    const done = await run({ runtime, actor, input: parsed });
    await rememberChange(runtime);
    return done;
  });
}

/** Loads what a page shows; an error becomes a value, so that the page can say it in its place. */
export function loadPage<T>(load: (context: PageContext) => Promise<T>): Promise<ActionResult<T>> {
  return settle(async () => {
    const actor = await actorOrThrow();
    const runtime = await getRuntime();
    return load({ runtime, actor, reads: await readsFor(runtime), sight: sightOf(actor) });
  });
}

/** The result of `work`, or its failure as it may be shown; unknown failures are logged with an id. */
export async function settle<T>(work: () => Promise<T>): Promise<ActionResult<T>> {
  try {
    return { ok: true, data: await work() };
  } catch (error) {
    unstable_rethrow(error);
    return { ok: false, error: await publicErrorOf(error) };
  }
}

/** The refusal stands, whether it could be recorded or not. */
async function noteRefusal({ db, log }: Runtime, { message }: AppError): Promise<void> {
  try {
    const actor = await currentActor();
    if (actor) await recordRefusal(db, actor, message);
  } catch (err) {
    log.error({ err }, 'a refusal could not be recorded');
  }
}

async function publicErrorOf(error: unknown): Promise<PublicError> {
  const shown = toPublicError(error);
  const runtime = await getRuntime().catch(() => null);
  if (error instanceof AppError) {
    if (error.code === 'forbidden' && runtime) await noteRefusal(runtime, error);
    return shown;
  }
  const errorId = newId();
  runtime?.log.error({ err: error, errorId }, 'a request failed');
  return shown.code === 'internal'
    ? { ...shown, remedy: `Look in the log of the web process for the id ${errorId}.` }
    : shown;
}
