/** Downloads: lists streamed as fast as the reader takes them, and why one is refused. */
import type { Actor } from '#lib/actor/model.ts';
import type { PublicError } from '#lib/errors/app-error.ts';
import { statusOf } from '#lib/errors/http-status.ts';
import type { ExportFormat } from '#lib/exports/csv.ts';
import type { ExportRequest } from '#lib/exports/pages-as-text.ts';
import { getRuntime, type Runtime } from '#lib/runtime.ts';
import { type ActionResult, settle } from './action.ts';
import { actorOrThrow } from './actor.ts';
import { downloadHeaders } from './file.ts';
import { answerError } from './json.ts';
import { readsFor } from './reads.ts';

const types: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
};

type Rows = AsyncGenerator<string, void, void>;
type Export = (db: Runtime['db'], actor: Actor, request: ExportRequest) => Promise<Rows>;

/**
 * The handler of a list's export, whose parameters are those of the list; `format` chooses NDJSON, CSV is the
 * default. `name` without the ending.
 */
export const exportRoute =
  (name: string, start: Export) =>
  async (request: Request): Promise<Response> => {
    const parameters = Object.fromEntries(new URL(request.url).searchParams);
    const format = parameters['format'] === 'ndjson' ? 'ndjson' : 'csv';
    const result = await settle(async () => {
      const actor = await actorOrThrow();
      const runtime = await getRuntime();
      const reads = await readsFor(runtime);
      return start(runtime.db, actor, { parameters, format, reads });
    });
    return download(result, { name, format });
  };

/** A file that is made while it is read, or the error. `name` without its ending, which is that of the format. */
export function download(
  result: ActionResult<Rows>,
  file: { readonly name: string; readonly format: ExportFormat },
): Response {
  if (!result.ok) return answerError(result.error);
  return new Response(streamOf(result.data), {
    headers: downloadHeaders(`${file.name}.${file.format}`, types[file.format]),
  });
}

/** Why there is no file, as two lines of text: the sentence and the remedy. */
export const refuseDownload = ({ code, message, remedy }: PublicError): Response =>
  new Response(`${message}\n${remedy}\n`, {
    status: statusOf(code),
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  });

/** One part each time the reader has room; a failure breaks the download off, visibly. */
function streamOf(parts: Rows): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await parts.return();
    },
  });
}
