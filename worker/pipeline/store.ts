/** Store: makes the record of what was fetched, and writes it to the file lake where that is enabled. */

import { digest, hashJson } from '#lib/canonical-json.ts';
import { newId } from '#lib/ids.ts';
import { type JsonValue, parseJson } from '#lib/json.ts';
import type { NewRecord } from '#lib/queue/model.ts';
import { lakeDocument, removeFromLake, writeToLake } from '#lib/records/lake.ts';
import { redactHeaders } from '#lib/redact-secrets.ts';
import type { FetchOutcome } from '#lib/source-types/source-type.ts';
import { turn } from '../turn.ts';
import type { LeasedItem, PipelineContext } from './context.ts';

type Fetched = Extract<FetchOutcome, { kind: 'fetched' }>;

/**
 * The record, ready to be committed with the item's completion. The lake file is written first, so
 * that a full disk fails the attempt (`lake_write_failed`) and nothing counts as stored; a payload
 * whose content is the one already stored is not written again.
 */
export async function storeRecord(
  leased: LeasedItem,
  outcome: Fetched,
  context: PipelineContext,
): Promise<NewRecord> {
  const { item } = leased;
  await turn();
  const content = await contentOf(outcome);
  const record: NewRecord = {
    ingestId: newId(),
    requestUri: outcome.facts.requestUri,
    requestMethod: outcome.facts.requestMethod,
    requestHeaders: redactHeaders(outcome.facts.requestHeaders),
    statusCode: outcome.facts.statusCode,
    responseHeaders: outcome.facts.responseHeaders,
    ...content,
    contentType: outcome.contentType,
    durationMs: outcome.facts.durationMs,
    lakePath: null,
  };
  if (!context.lake.enabled || record.contentHash === item.contentHash) return record;
  // The database's clock: the moment of the claim plus the time that has passed here since.
  const fetchedAt = new Date(
    Date.parse(item.claimedAt ?? item.updatedAt) + performance.now() - leased.claimSentAt,
  );
  const lakePath = await writeToLake(
    {
      sourceSystem: item.sourceSystem,
      sourceName: item.sourceName,
      resourceType: item.resourceType,
      resourceId: item.resourceId,
      ingestId: record.ingestId,
      fetchedAt: fetchedAt.toISOString(),
      document: lakeDocument({
        ...item,
        ...record,
        payload: outcome.text ?? valueIn(outcome),
        fetchedAt: fetchedAt.toISOString(),
      }),
    },
    context.lake,
  );
  return { ...record, lakePath };
}

/** The lake's documents are JSON as a whole, so what is large is parsed for them here. */
const valueIn = ({ payload, json }: Fetched): JsonValue =>
  json ? (parseJson(json.text) ?? json.text) : payload;

/** The payload as it is stored, and its hashes. */
async function contentOf({ payload, projection, text, json }: Fetched) {
  if (json) return { payload: json.text, hashSha256: json.hash, contentHash: json.hash };
  if (text !== null) {
    const hashes = await digest(text);
    // As a rule the whole text is what counts.
    const contentHash = projection === text ? hashes.json : hashJson(projection);
    return { payload: text, hashSha256: hashes.text, contentHash };
  }
  const hashSha256 = hashJson(payload);
  const contentHash = projection === payload ? hashSha256 : hashJson(projection);
  return { payload: JSON.stringify(payload), hashSha256, contentHash };
}

/**
 * Takes the lake file back when the record was not committed after all. A commit whose answer was
 * lost looks like a lost lease, so the database is asked.
 */
export async function discardRecord(record: NewRecord, context: PipelineContext): Promise<void> {
  if (record.lakePath === null) return;
  const committed = await context.db.q
    .selectFrom('IngestRecords')
    .select('ingest_id')
    .where('ingest_id', '=', record.ingestId)
    .executeTakeFirst();
  if (!committed) await removeFromLake(record.lakePath, context.lake);
}
