import { actorOrThrow } from '#app/_server/actor.ts';
import { answerJson } from '#app/_server/json.ts';
import { readsFor } from '#app/_server/reads.ts';
import { chargeSession } from '#app/_server/request-limits.ts';
import { filterSuggestions } from '#lib/items/list/suggest.ts';
import { getRuntime } from '#lib/runtime.ts';

/** For the filter boxes of all lists: asked once when it is used, never per key. */
export function GET(): Promise<Response> {
  return answerJson(async () => {
    const actor = await actorOrThrow();
    chargeSession(actor, 5);
    return filterSuggestions(await readsFor(await getRuntime()), actor);
  });
}
