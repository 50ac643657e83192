/** A record as it stands in the file lake. */
import type { Instant } from '#db/schema.ts';
import type { JsonObject, JsonValue } from '#lib/json.ts';
import { canonicalJson, sha256 } from './canonical-json.ts';

export interface LakeRecord {
  readonly ingestId: string;
  readonly sourceSystem: string;
  readonly sourceName: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly requestUri: string;
  readonly requestMethod: string;
  readonly requestHeaders: Readonly<Record<string, string>> | null;
  readonly statusCode: number;
  readonly responseHeaders: Readonly<Record<string, string>> | null;
  /** Parsed JSON, or the text as it was received. */
  readonly payload: JsonValue;
  readonly fetchedAt: Instant;
  readonly hashSha256: string | null;
  readonly runId: string | null;
  readonly workItemId: string | null;
  readonly attempt: number;
  readonly durationMs: number | null;
}

/** The names are those of the columns; the id comes first, so that the head of a file tells it. */
export const lakeDocument = (record: LakeRecord): JsonObject => ({
  ingest_id: record.ingestId,
  source_system: record.sourceSystem,
  source_name: record.sourceName,
  resource_type: record.resourceType,
  resource_id: record.resourceId,
  request_uri: record.requestUri,
  request_method: record.requestMethod,
  request_headers: { ...record.requestHeaders },
  status_code: record.statusCode,
  response_headers: { ...record.responseHeaders },
  payload: record.payload,
  fetched_at_utc: record.fetchedAt,
  hash_sha256: record.hashSha256,
  run_id: record.runId,
  work_item_id: record.workItemId,
  attempt: record.attempt,
  duration_ms: record.durationMs,
});

/** The payload is what the hash was made of: a text as it was received, or JSON in canonical form. */
export function payloadHasHash(payload: JsonValue, hash: string): boolean {
  const wanted = hash.toLowerCase();
  if (typeof payload === 'string' && sha256(payload) === wanted) return true;
  return sha256(canonicalJson(payload)) === wanted;
}
