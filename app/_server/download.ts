/** A file that is made while it is read, or the reason why there is none. */
import type { ExportFormat } from '#lib/exports/csv.ts';
import type { ActionResult } from './action.ts';
import { streamOf } from './stream-of.ts';

const types: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
};

const statusOf: Readonly<Record<string, number>> = {
  not_signed_in: 401,
  forbidden: 403,
  not_found: 404,
  input_invalid: 400,
};

/** The form asked for; CSV where nothing, or something else, is. */
export const formatOf = (parameters: Readonly<Record<string, string>>): ExportFormat =>
  parameters['format'] === 'ndjson' ? 'ndjson' : 'csv';

/** `name` without its ending, which is that of the format. */
export function download(
  result: ActionResult<AsyncGenerator<string, void, void>>,
  file: { readonly name: string; readonly format: ExportFormat },
): Response {
  if (!result.ok) {
    const { error } = result;
    return Response.json(
      { error },
      { status: statusOf[error.code] ?? 500, headers: { 'cache-control': 'no-store' } },
    );
  }
  return new Response(streamOf(result.data), {
    headers: {
      'content-type': types[file.format],
      'content-disposition': `attachment; filename="${file.name}.${file.format}"`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    },
  });
}
