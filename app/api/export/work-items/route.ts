/** The work items of a filter as a download, CSV or NDJSON, streamed as fast as the reader takes it. */
import { settle } from '#app/_server/action.ts';
import { actorOrThrow } from '#app/_server/actor.ts';
import { readsFor } from '#app/_server/reads.ts';
import { streamOf } from '#app/_server/stream-of.ts';
import { getRuntime } from '#lib/runtime.ts';
import { exportWorkItems } from '#lib/work-items/export.ts';

const types = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
} as const;

const statusOf: Readonly<Record<string, number>> = {
  not_signed_in: 401,
  forbidden: 403,
  input_invalid: 400,
};

export async function GET(request: Request): Promise<Response> {
  const parameters = Object.fromEntries(new URL(request.url).searchParams);
  const format = parameters['format'] === 'ndjson' ? 'ndjson' : 'csv';
  const result = await settle(async () => {
    const actor = await actorOrThrow();
    const runtime = await getRuntime();
    const reads = await readsFor(runtime);
    return exportWorkItems(runtime.db, actor, { parameters, format, reads });
  });
  if (!result.ok) {
    const { code } = result.error;
    return Response.json(
      { error: result.error },
      { status: statusOf[code] ?? 500, headers: { 'cache-control': 'no-store' } },
    );
  }
  return new Response(streamOf(result.data), {
    headers: {
      'content-type': types[format],
      'content-disposition': `attachment; filename="work-items.${format}"`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    },
  });
}
