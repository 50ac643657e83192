/** Downloads: lists streamed as fast as the reader takes them, and why one is refused. */
import type { Actor } from '#lib/actor/model.ts';
import type { PublicError } from '#lib/errors/app-error.ts';
import { statusOf } from '#lib/errors/http-status.ts';
import { type ExportFormat, mediaTypes } from '#lib/exports/csv.ts';
import { asStream, type ExportRequest, type ExportText } from '#lib/exports/pages-as-text.ts';
import { getRuntime, type Runtime } from '#lib/runtime.ts';
import { type ActionResult, settle } from './action.ts';
import { actorOrThrow, type SignedInActor } from './actor.ts';
import { downloadHeaders } from './file.ts';
import { answerError } from './json.ts';
import { localClock } from './local-clock.ts';
import { readsFor } from './reads.ts';
import { chargeSession, countedForSession } from './request-limits.ts';

type Export = (db: Runtime['db'], actor: Actor, request: ExportRequest) => Promise<ExportText>;

const exportCost = 50;

/**
 * The handler of a list's export, whose parameters are those of the list; `format` chooses NDJSON, CSV is the
 * default, `bom=1` sets a byte order mark before it. `name` without the ending.
 */
export const exportRoute =
  (name: string, start: Export) =>
  async (request: Request): Promise<Response> => {
    const { bom, ...parameters } = Object.fromEntries(new URL(request.url).searchParams);
    const format = parameters['format'] === 'ndjson' ? 'ndjson' : 'csv';
    const result = await settle(async () => {
      const actor = await actorOrThrow();
      const runtime = await getRuntime();
      const reads = await readsFor(runtime);
      const clock = await localClock();
      // Excel takes a file without the mark for one of its own old charset.
      return streamFor(
        actor,
        () => start(runtime.db, actor, { parameters, format, reads, clock }),
        { bom: bom === '1' && format === 'csv' },
      );
    });
    return download(result, { name, format });
  };

/** A file for whoever is signed in, counted among theirs. Throws `too_many_requests`, and what `start` throws. */
export async function streamFor(
  actor: SignedInActor,
  start: () => Promise<ExportText> | ExportText,
  options: { readonly bom?: boolean } = {},
): Promise<ReadableStream<Uint8Array>> {
  chargeSession(actor, exportCost);
  const { db } = await getRuntime();
  return countedForSession(db, actor, 'export', asStream(await start(), options));
}

/** A file that is made while it is read, or the error. `name` without its ending, which is that of the format. */
export function download(
  result: ActionResult<ReadableStream<Uint8Array>>,
  file: { readonly name: string; readonly format: ExportFormat },
): Response {
  if (!result.ok) return answerError(result.error);
  return new Response(result.data, {
    headers: downloadHeaders(`${file.name}.${file.format}`, mediaTypes[file.format]),
  });
}

/** Why there is no file, as two lines of text: the sentence and the remedy. */
export const refuseDownload = ({ code, message, remedy }: PublicError): Response =>
  new Response(`${message}\n${remedy}\n`, {
    status: statusOf(code),
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  });
