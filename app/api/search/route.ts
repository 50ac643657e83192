import type { NextRequest } from 'next/server';
import { actorOrThrow } from '#app/_server/actor.ts';
import { answerJson } from '#app/_server/json.ts';
import { readsFor } from '#app/_server/reads.ts';
import { chargeSession } from '#app/_server/request-limits.ts';
import { getRuntime } from '#lib/runtime.ts';
import { find } from '#lib/search/find.ts';

/** For the command palette: at most six items, sources and runs each. */
export function GET(request: NextRequest): Promise<Response> {
  return answerJson(async () => {
    chargeSession(await actorOrThrow(), 5);
    const reads = await readsFor(await getRuntime());
    return find(reads, request.nextUrl.searchParams.get('q') ?? '');
  });
}
