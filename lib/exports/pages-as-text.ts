/** A list as a file of any size: read page by page, so that memory holds one. */
import type { Db } from '#db/engine.ts';
import type { LocalClock } from '#lib/filters/zones.ts';
import type { RawParameters } from '#lib/paging/parameters.ts';
import { csvLine, type ExportFormat } from './csv.ts';

export interface ExportRequest {
  readonly parameters: RawParameters;
  readonly format: ExportFormat;
  /** By which `yesterday` is counted; absent = UTC. */
  readonly clock?: LocalClock;
  /** Where the rows are read; default the database itself. */
  readonly reads?: Db;
}

/** Parts of a file, made as they are asked for. */
export type ExportText = AsyncGenerator<string, void, void>;

/** No file is made for longer, ms: a reader that takes a byte a minute holds a statement for ever. */
const longestMs = 3_600_000;

interface Page<T> {
  readonly rows: readonly T[];
  /** The cursor of the page after it; null at the end. */
  readonly next: string | null;
}

/** The text comes as it is asked for, a page at a time. */
export async function* pagesAsText<T, C extends string>(
  list: {
    readonly columns: readonly C[];
    readonly read: (cursor: string | undefined) => Promise<Page<T>>;
    /** The fields of a line of CSV. */
    readonly fields: (row: T) => Readonly<Record<C, string | number | null>>;
  },
  format: ExportFormat,
): ExportText {
  const { columns, read, fields } = list;
  if (format === 'csv') yield csvLine(columns);
  const asCsv = (row: T) => {
    const all = fields(row);
    return csvLine(columns.map((column) => all[column]));
  };
  const line = format === 'csv' ? asCsv : (row: T) => `${JSON.stringify(row)}\n`;
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    if (page.rows.length > 0) yield page.rows.map(line).join('');
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

/** By it spreadsheet programs see that a CSV file is UTF-8. */
async function* withByteOrderMark(text: ExportText): ExportText {
  yield '\uFEFF';
  yield* text;
}

/**
 * One part each time the reader has room; a failure, or an hour, breaks the file off, visibly.
 * @param bom whether it begins with a byte order mark
 */
export function asStream(made: ExportText, { bom = false } = {}): ReadableStream<Uint8Array> {
  const text = bom ? withByteOrderMark(made) : made;
  const encoder = new TextEncoder();
  const endsAt = performance.now() + longestMs;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (performance.now() > endsAt) {
        await text.return();
        throw new Error('the export took longer than an hour');
      }
      const { done, value } = await text.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await text.return();
    },
  });
}
