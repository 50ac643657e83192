/** The items a background action left as they are, as CSV, streamed as fast as the reader takes it. */
import { settle } from '#app/_server/action.ts';
import { actorOrThrow } from '#app/_server/actor.ts';
import { download, streamFor } from '#app/_server/download.ts';
import { sightOf } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { refusedAsCsv } from '#lib/items/bulk/outcomes.ts';
import { getSeenBulkAction } from '#lib/items/touched.ts';
import { getRuntime } from '#lib/runtime.ts';

export async function GET(
  request: Request,
  { params }: { params: Promise<{ bulkActionId: string }> },
): Promise<Response> {
  const { bulkActionId } = await params;
  const result = await settle(async () => {
    const actor = await actorOrThrow();
    requirePermission(actor, 'console:view');
    const { db } = await getRuntime();
    if ((await getSeenBulkAction(db, bulkActionId, sightOf(actor))) === null) {
      throw new AppError('not_found', 'There is no such background action.');
    }
    const bom = new URL(request.url).searchParams.get('bom') === '1';
    return streamFor(actor, () => refusedAsCsv(db, bulkActionId), { bom });
  });
  return download(result, { name: 'left-items', format: 'csv' });
}
