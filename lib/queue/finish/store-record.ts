/** Storing what a fetch brought back. */

import type { Session } from '#db/engine.ts';
import type { HeldItem } from '#db/queue/held-columns.ts';
import type { RecordInsert } from '#db/queue/storage.ts';
import { isUuid } from '#lib/ids.ts';
import type { NewRecord } from '../model.ts';

/** Stores bodies apart from the records that name them; the caller's transaction has stored those. */
export async function storeBodies(tx: Session, records: readonly NewRecord[]): Promise<void> {
  const bodies = records.flatMap(({ ingestId, body }) =>
    body?.apart ? [{ ingest_id: ingestId, coding: body.apart.coding, body: body.apart.data }] : [],
  );
  if (bodies.length > 0) await tx.engine.insertRecordBodies(tx, bodies);
}

/** As it is stored. */
export const recordRow = (item: HeldItem, record: NewRecord): RecordInsert => ({
  ingest_id: record.ingestId,
  source_system: item.source_system,
  source_name: item.source_name,
  resource_type: item.resource_type,
  resource_id: item.resource_id,
  request_uri: record.requestUri,
  request_method: record.requestMethod,
  request_headers: record.requestHeaders ? JSON.stringify(record.requestHeaders) : null,
  status_code: record.statusCode,
  response_headers: record.responseHeaders ? JSON.stringify(record.responseHeaders) : null,
  payload: record.payload,
  hash_sha256: record.hashSha256,
  // The record's id columns are UNIQUEIDENTIFIER; items of an older database may carry other ids.
  run_id: uuidOrNull(item.run_id),
  work_item_id: uuidOrNull(item.work_item_id),
  attempt: Math.max(1, item.attempt),
  duration_ms: record.durationMs,
  content_type: record.contentType,
  content_hash: record.contentHash,
  lake_path: record.lakePath,
  charset: record.charset ?? null,
  body_sha256: record.body?.sha256 ?? null,
  body_bytes: record.body?.bytes ?? null,
  page_title: record.page?.title ?? null,
  page_text: record.page?.text ?? null,
});

const uuidOrNull = (id: string | null) => (id !== null && isUuid(id) ? id : null);
