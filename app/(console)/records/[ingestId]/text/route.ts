/** The main text of a page as a download. */
import { settle } from '#app/_server/action.ts';
import { actorOrThrow } from '#app/_server/actor.ts';
import { refuseDownload } from '#app/_server/download.ts';
import { downloadHeaders } from '#app/_server/file.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { getPageText } from '#lib/records/detail.ts';
import { getRuntime } from '#lib/runtime.ts';

export async function GET(
  _request: Request,
  { params }: { readonly params: Promise<{ ingestId: string }> },
): Promise<Response> {
  const result = await settle(async () => {
    await actorOrThrow();
    const { ingestId } = await params;
    const { db } = await getRuntime();
    const text = await getPageText(db, ingestId);
    if (text === null) throw new AppError('not_found', 'There is no main text of this record.');
    return { text, ingestId };
  });
  if (!result.ok) return refuseDownload(result.error);
  const { text, ingestId } = result.data;
  return new Response(text, {
    headers: downloadHeaders(`${ingestId}.txt`, 'text/plain; charset=utf-8'),
  });
}
