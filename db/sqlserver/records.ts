/** Storing records: long values are parameters of their own, the rest one JSON parameter. */
import { type RawBuilder, sql } from 'kysely';
import { chunksOf } from '../chunks.ts';
import type { Session } from '../engine.ts';
import type { RecordBodyInsert, RecordInsert } from '../queue/storage.ts';
import { insertFrom, keysOf } from './insert-from.ts';
import {
  idColumn,
  intColumn,
  type JsonColumn,
  jsonTable,
  longColumn,
  plainColumn,
  textColumn,
} from './json-rows.ts';
import { longText } from './request.ts';

/** Long texts are parameters of their own, not a part of the rows' JSON. */
type RecordColumn = Exclude<keyof RecordInsert, 'payload' | 'page_text'>;
const recordColumns: Readonly<Record<RecordColumn, JsonColumn>> = {
  ingest_id: idColumn,
  source_system: textColumn(100),
  source_name: textColumn(100),
  resource_type: textColumn(100),
  resource_id: textColumn(500),
  request_uri: textColumn(2000),
  request_method: plainColumn(10),
  request_headers: longColumn,
  status_code: intColumn,
  response_headers: longColumn,
  hash_sha256: plainColumn(64),
  run_id: idColumn,
  work_item_id: idColumn,
  attempt: intColumn,
  duration_ms: intColumn,
  content_type: textColumn(200),
  content_hash: plainColumn(64),
  lake_path: textColumn(1000),
  charset: plainColumn(40),
  body_sha256: plainColumn(64),
  body_bytes: { type: 'bigint' },
  page_title: textColumn(500),
};

/**
 * Rows whose long values are parameters of their own; what a statement has no row for is sent as null: few texts for all
 * numbers of rows. A worker that is not busy stores one record at a time, one that is a group of completions.
 */
const fewRecords = 8;
export const recordsAtOnce = 100;
const bodiesAtOnce = 16;
const noBody = new Uint8Array(0);
const hasPageText = ({ page_text: text }: RecordInsert) => (text ?? '') !== '';

const padded = <T>(rows: readonly T[], length: number): (T | undefined)[] =>
  Array.from({ length }, (_, at) => rows[at]);

/** An item that is being completed, and its record. */
export interface StoredWith {
  readonly itemId: string;
  readonly record: RecordInsert;
}

/**
 * Stores the records of those items that stand in `done`, at most `recordsAtOnce`. Payloads are too long to be parsed once
 * more as part of a JSON text.
 * @param done a table with `work_item_id`
 */
export function storeRecordsOf(
  session: Session,
  stored: readonly StoredWith[],
  done: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const { from, column } = jsonTable<RecordColumn | 'row' | 'completes', Sent>(
    { ...recordColumns, row: intColumn, completes: textColumn(36) },
    stored.map(({ itemId, record }, row) => ({ ...record, row, completes: itemId })),
    (sent, name) => sent[name] ?? null,
  );
  const rowsInText = padded(stored, stored.length <= fewRecords ? fewRecords : recordsAtOnce);
  const longOf = (value: (row: RecordInsert) => string | null) => {
    const values = rowsInText.map(
      (row, at) => sql`when ${sql.lit(at)} then ${longText(row ? value(row.record) : null)}`,
    );
    return sql`case j.row ${sql.join(values, sql` `)} end`;
  };
  const hasText = stored.some(({ record }) => hasPageText(record));
  const insert = insertFrom(session, 'IngestRecords', { from, column }, keysOf(recordColumns), {
    payload: longOf((row) => row.payload),
    ...(hasText ? { page_text: longOf((row) => row.page_text || null) } : {}),
    fetched_at_utc: sql`@now`,
  });
  return sql`${insert} where ${column('completes')} in (select d.work_item_id from ${done} as d)`;
}

type Sent = RecordInsert & { readonly row: number; readonly completes: string };

export async function insertRecordBodies(
  { q, engine }: Session,
  rows: readonly RecordBodyInsert[],
): Promise<void> {
  for (const some of chunksOf(rows, bodiesAtOnce)) {
    const values = padded(some, bodiesAtOnce).map((row) => {
      const { buffer, byteOffset, byteLength } = row?.body ?? noBody;
      const body = Buffer.from(buffer, byteOffset, byteLength);
      return sql`(${row?.ingest_id ?? null}, ${row?.coding ?? null}, ${body})`;
    });
    await sql`insert into ${engine.table('record_bodies')} (ingest_id, stored_at, coding, body)
        select b.ingest_id, ${engine.now()}, b.coding, b.body
        from (values ${sql.join(values)}) as b (ingest_id, coding, body)
        where b.ingest_id is not null`.execute(q);
  }
}
