/** The audit log of a filter as a download, CSV or NDJSON, streamed as fast as the reader takes it. */
import { settle } from '#app/_server/action.ts';
import { actorOrThrow } from '#app/_server/actor.ts';
import { download, formatOf } from '#app/_server/download.ts';
import { readsFor } from '#app/_server/reads.ts';
import { exportAudit } from '#lib/audit/export-audit.ts';
import { getRuntime } from '#lib/runtime.ts';

export async function GET(request: Request): Promise<Response> {
  const parameters = Object.fromEntries(new URL(request.url).searchParams);
  const format = formatOf(parameters);
  const result = await settle(async () => {
    const actor = await actorOrThrow();
    const runtime = await getRuntime();
    const reads = await readsFor(runtime);
    return exportAudit(runtime.db, actor, { parameters, format, reads });
  });
  return download(result, { name: 'audit-log', format });
}
