import { actorOrThrow } from '#app/_server/actor.ts';
import { answerJson } from '#app/_server/json.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { getWorkItemPreview } from '#lib/items/detail.ts';
import { getRuntime } from '#lib/runtime.ts';

/** For the drawer of the work-item list. */
export function GET(
  _request: Request,
  { params }: { readonly params: Promise<{ workItemId: string }> },
): Promise<Response> {
  return answerJson(async () => {
    const actor = await actorOrThrow();
    const { db } = await getRuntime();
    const preview = await getWorkItemPreview(db, (await params).workItemId, actor);
    if (!preview) throw new AppError('not_found', 'There is no such work item.');
    return preview;
  });
}
