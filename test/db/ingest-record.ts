/** A row of `IngestRecords` for tests that need one which nobody fetched. */
import type { Expression } from 'kysely';
import type { Engine } from '#db/engine.ts';
import type { IngestRecordsTable, Instant } from '#db/schema.ts';

type Given = Pick<IngestRecordsTable, 'ingest_id' | 'resource_id' | 'payload'> &
  Partial<Omit<IngestRecordsTable, 'fetched_at_utc'>> & {
    readonly fetched_at_utc?: Expression<Instant>;
  };

/** A page in JSON, fetched just now, unless said otherwise. */
export const ingestRecordRow = (engine: Engine, given: Given) => ({
  source_system: 'http',
  source_name: 'site',
  resource_type: 'page',
  request_uri: 'https://site.example/',
  request_method: 'GET',
  request_headers: null,
  status_code: 200,
  response_headers: null,
  fetched_at_utc: engine.now(),
  hash_sha256: null,
  run_id: null,
  work_item_id: null,
  attempt: 1,
  error_message: null,
  duration_ms: null,
  content_type: 'application/json',
  content_hash: null,
  lake_path: null,
  ...given,
});
