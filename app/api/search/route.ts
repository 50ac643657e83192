import type { NextRequest } from 'next/server';
import { actorOrThrow } from '#app/_server/actor.ts';
import { answerJson } from '#app/_server/json.ts';
import { readsFor } from '#app/_server/reads.ts';
import { chargeSession } from '#app/_server/request-limits.ts';
import { getRuntime } from '#lib/runtime.ts';
import { find } from '#lib/search/find.ts';

/** For the command palette: at most six of a kind, and what the person may do to them. */
export function GET(request: NextRequest): Promise<Response> {
  return answerJson(async () => {
    const actor = await actorOrThrow();
    chargeSession(actor, 5);
    const reads = await readsFor(await getRuntime());
    return find(reads, actor, request.nextUrl.searchParams.get('q') ?? '');
  });
}
