/** The items a background action left as they are, as CSV, streamed as fast as the reader takes it. */
import { settle } from '#app/_server/action.ts';
import { actorOrThrow } from '#app/_server/actor.ts';
import { streamOf } from '#app/_server/stream-of.ts';
import { requirePermission } from '#lib/access/require-permission.ts';
import { requireBulkAction } from '#lib/bulk-actions/get.ts';
import { refusedAsCsv } from '#lib/bulk-actions/refused-items.ts';
import { getRuntime } from '#lib/runtime.ts';

const statusOf: Readonly<Record<string, number>> = {
  not_signed_in: 401,
  forbidden: 403,
  not_found: 404,
};

export async function GET(
  _request: Request,
  { params }: { params: Promise<{ bulkActionId: string }> },
): Promise<Response> {
  const { bulkActionId } = await params;
  const result = await settle(async () => {
    requirePermission(await actorOrThrow(), 'console:view');
    const { db } = await getRuntime();
    await requireBulkAction(db, bulkActionId);
    return refusedAsCsv(db, bulkActionId);
  });
  if (!result.ok) {
    return Response.json(
      { error: result.error },
      { status: statusOf[result.error.code] ?? 500, headers: { 'cache-control': 'no-store' } },
    );
  }
  return new Response(streamOf(result.data), {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="left-items.csv"',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    },
  });
}
