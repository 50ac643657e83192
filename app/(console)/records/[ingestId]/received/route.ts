/** What was received, byte by byte, as a download. */
import { settle } from '#app/_server/action.ts';
import { actorOrThrow } from '#app/_server/actor.ts';
import { refuseDownload } from '#app/_server/download.ts';
import { receivedFile } from '#app/_server/file.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { getReceivedBody } from '#lib/records/body.ts';
import { getRuntime } from '#lib/runtime.ts';

export async function GET(
  _request: Request,
  { params }: { readonly params: Promise<{ ingestId: string }> },
): Promise<Response> {
  const result = await settle(async () => {
    await actorOrThrow();
    const { ingestId } = await params;
    const { db } = await getRuntime();
    const received = await getReceivedBody(db, ingestId);
    if (!received) {
      throw new AppError('not_found', 'There is no such record, or its bytes were not kept.');
    }
    return { ...received, name: ingestId };
  });
  return result.ok ? receivedFile(result.data) : refuseDownload(result.error);
}
