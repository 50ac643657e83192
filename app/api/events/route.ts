import { actorOrThrow } from '#app/_server/actor.ts';
import { answerJson } from '#app/_server/json.ts';
import { readsFor } from '#app/_server/reads.ts';
import { latestEvents } from '#lib/events/list-events.ts';
import { seenEvents } from '#lib/runs/seen-events.ts';
import { getRuntime } from '#lib/runtime.ts';
import { eventScope } from './scope.ts';

/** Earlier events, newest first: 50 before `?before=`, of `?run=` or of all. */
export function GET(request: Request): Promise<Response> {
  return answerJson(async () => {
    const actor = await actorOrThrow();
    const { runId, before } = eventScope(new URL(request.url).searchParams);
    const session = await readsFor(await getRuntime());
    return latestEvents(session, {
      ...(await seenEvents(session, actor, runId)),
      before,
      limit: 50,
    });
  });
}
