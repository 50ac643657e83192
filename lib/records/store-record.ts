/** Storing what a fetch brought back. */
import { validate as isUuid } from 'uuid';
import type { Session } from '#db/engine.ts';
import type { WorkItemRow } from '#db/schema.ts';
import { rowsAtOnce } from '#lib/work-items/chunks.ts';
import type { NewRecord } from '#lib/work-items/model.ts';

/** Inserts the records of fetched items; the caller's transaction also completes the items. */
export async function storeRecords(
  tx: Session,
  stored: readonly { readonly item: WorkItemRow; readonly record: NewRecord }[],
): Promise<void> {
  for (const chunk of rowsAtOnce(stored)) {
    await tx.q
      .insertInto('IngestRecords')
      .values(chunk.map(({ item, record }) => recordRow(tx, item, record)))
      .execute();
  }
}

const recordRow = ({ engine }: Session, item: WorkItemRow, record: NewRecord) => ({
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
  fetched_at_utc: engine.now(),
  hash_sha256: record.hashSha256,
  // The record's id columns are UNIQUEIDENTIFIER; items of an older database may carry other ids.
  run_id: uuidOrNull(item.run_id),
  work_item_id: uuidOrNull(item.work_item_id),
  attempt: Math.max(1, item.attempt),
  error_message: null,
  duration_ms: record.durationMs,
  content_type: record.contentType,
  content_hash: record.contentHash,
  lake_path: record.lakePath,
});

const uuidOrNull = (id: string | null) => (id !== null && isUuid(id) ? id : null);
