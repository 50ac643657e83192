/** A list as a file of any size: read page by page, so that memory holds one. */
import type { Db } from '#db/engine.ts';
import type { RawParameters } from '#lib/paging/parameters.ts';
import { csvLine, type ExportFormat } from './csv.ts';

export interface ExportRequest {
  readonly parameters: RawParameters;
  readonly format: ExportFormat;
  /** Where the rows are read; default the database itself. */
  readonly reads?: Db;
}

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
): AsyncGenerator<string, void, void> {
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
