import { actorOrThrow } from '#app/_server/actor.ts';
import { answerJson } from '#app/_server/json.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { getRuntime } from '#lib/runtime.ts';
import { getWorkItemGist } from '#lib/work-items/gist.ts';

/** For the drawer of the work-item list. */
export function GET(
  _request: Request,
  { params }: { readonly params: Promise<{ workItemId: string }> },
): Promise<Response> {
  return answerJson(async () => {
    await actorOrThrow();
    const { db } = await getRuntime();
    const gist = await getWorkItemGist(db, (await params).workItemId);
    if (!gist) throw new AppError('not_found', 'There is no such work item.');
    return gist;
  });
}
