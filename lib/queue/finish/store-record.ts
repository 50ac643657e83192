/** Storing what a fetch brought back. */

import type { Session } from '#db/engine.ts';
import { preparedRows } from '#db/prepared.ts';
import type { WorkItemRow } from '#db/schema.ts';
import { isUuid } from '#lib/ids.ts';
import type { NewRecord } from '../model.ts';

/** Inserts the records of fetched items; the caller's transaction also completes the items. */
export async function storeRecords(
  tx: Session,
  stored: readonly { readonly item: WorkItemRow; readonly record: NewRecord }[],
): Promise<void> {
  await insertRecords(
    tx,
    stored.map(({ item, record }) => recordRow(item, record)),
  );
}

const insertRecords = preparedRows<ReturnType<typeof recordRow>, unknown>(({ q, engine }, rows) =>
  q.insertInto('IngestRecords').values(
    rows.map((slot) => ({
      ingest_id: slot('ingest_id'),
      source_system: slot('source_system'),
      source_name: slot('source_name'),
      resource_type: slot('resource_type'),
      resource_id: slot('resource_id'),
      request_uri: slot('request_uri'),
      request_method: slot('request_method'),
      request_headers: slot('request_headers'),
      status_code: slot('status_code'),
      response_headers: slot('response_headers'),
      payload: slot('payload'),
      fetched_at_utc: engine.now(),
      hash_sha256: slot('hash_sha256'),
      run_id: slot('run_id'),
      work_item_id: slot('work_item_id'),
      attempt: slot('attempt'),
      duration_ms: slot('duration_ms'),
      content_type: slot('content_type'),
      content_hash: slot('content_hash'),
      lake_path: slot('lake_path'),
    })),
  ),
);

const recordRow = (item: WorkItemRow, record: NewRecord) => ({
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
});

const uuidOrNull = (id: string | null) => (id !== null && isUuid(id) ? id : null);
