/** Which events somebody sees: of one run, or of all. */
import type { Session } from '#db/engine.ts';
import { type Actor, type Sight, sightOf } from '#lib/actor/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { getRun } from './run-row.ts';

/**
 * All that is told of a run that the person sees, else what is of their sources.
 * @throws AppError `not_found` for another run
 */
export async function seenEvents(
  s: Session,
  actor: Actor,
  runId: string | undefined,
): Promise<{ readonly runId: string | undefined; readonly sight: Sight }> {
  const sight = sightOf(actor);
  if (sight === null || runId === undefined) return { runId, sight };
  if (await getRun(s, runId, sight)) return { runId, sight: null };
  throw new AppError('not_found', 'There is no such run.');
}
