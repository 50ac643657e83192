/** The stored payload as a download. Never shown inline: it is a stranger's content. */
import { settle } from '#app/_server/action.ts';
import { actorOrThrow } from '#app/_server/actor.ts';
import { refuseDownload } from '#app/_server/download.ts';
import { downloadHeaders } from '#app/_server/file.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { getRecordPayload } from '#lib/records/detail.ts';
import { getRuntime } from '#lib/runtime.ts';

export async function GET(
  _request: Request,
  { params }: { readonly params: Promise<{ ingestId: string }> },
): Promise<Response> {
  const result = await settle(async () => {
    await actorOrThrow();
    const { ingestId } = await params;
    const { db } = await getRuntime();
    const stored = await getRecordPayload(db, ingestId);
    if (!stored) throw new AppError('not_found', 'There is no such record.');
    return { ...stored, ingestId };
  });
  if (!result.ok) return refuseDownload(result.error);
  const { payload, contentType, ingestId } = result.data;
  const isJson = contentType?.includes('json') ?? false;
  return new Response(payload, {
    headers: downloadHeaders(
      `${ingestId}.${isJson ? 'json' : 'txt'}`,
      isJson ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8',
    ),
  });
}
