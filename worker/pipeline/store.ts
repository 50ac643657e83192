/** Store: makes the record of what was fetched, and writes it to the file lake where that is enabled. */

import { digest, hashJson } from '#lib/canonical-json.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { newId } from '#lib/ids.ts';
import type { WrittenJson } from '#lib/json.ts';
import { parseWritten } from '#lib/json-text.ts';
import type { NewRecord } from '#lib/queue/model.ts';
import { keptBody, storableText } from '#lib/records/body.ts';
import { bodyFacts, lakeDocument, removeFromLake, writeToLake } from '#lib/records/lake.ts';
import { redactHeaders } from '#lib/redact-secrets.ts';
import type { FetchOutcome } from '#lib/source-types/source-type.ts';
import { type PageText, pageTextOf } from '#lib/source-types/web/page-text.ts';
import { turn } from '../turn.ts';
import type { LeasedItem, PipelineContext } from './context.ts';

type Fetched = Extract<FetchOutcome, { kind: 'fetched' }>;

/**
 * The record, ready to be committed with the item's completion. The lake file is written first, so
 * with a full disk (`lake_write_failed`) nothing counts as stored; a payload
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
  const facts: NewRecord = {
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
  if (content.contentHash === item.contentHash) return facts;
  const page = await pageOf(leased, outcome, context);
  const record: NewRecord = { ...facts, page };
  if (!context.lake.enabled) return record;
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
        charset: record.charset ?? null,
        payload: outcome.text === null ? valueIn(outcome) : record.payload,
        ...bodyFacts(record),
        pageTitle: page?.title ?? null,
        pageText: page?.text ?? null,
        fetchedAt: fetchedAt.toISOString(),
      }),
    },
    context.lake,
  );
  return { ...record, lakePath };
}

/** What cannot be read for its main text is stored without. */
async function pageOf(
  { item }: LeasedItem,
  { extractsText, text }: Fetched,
  context: PipelineContext,
): Promise<PageText | null> {
  if (!extractsText || text === null) return null;
  try {
    return await pageTextOf(text);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const message = 'a page is stored without its main text';
    context.log.warn({ item_id: item.workItemId, error_code: error.code }, message);
    return null;
  }
}

/** The lake's documents are JSON as a whole, so what is large is parsed for them here. */
const valueIn = ({ payload, json }: Fetched): WrittenJson =>
  json && json.value === undefined ? (parseWritten(json.text) ?? json.text) : payload;

/** The payload as it is stored, what was received, and the hashes of both. */
async function contentOf(outcome: Fetched) {
  const { received, text } = outcome;
  const { isWhole, ...read } = await payloadOf(outcome);
  if (!received) return { ...read, charset: null, body: null };
  const { charset } = received;
  const body = await keptBody(received.body, read.payload);
  const known = { ...read, charset, body };
  if (charset === null && text !== null) {
    return { ...known, hashSha256: body.sha256, contentHash: body.sha256 };
  }
  // What was lost in reading must not be lost to the comparison: two bodies may have the same text then.
  const isLossy = charset !== null && isWhole && read.payload.includes('\ufffd');
  return isLossy ? { ...known, contentHash: body.sha256 } : known;
}

async function payloadOf({ payload, projection, text, json }: Fetched) {
  // As a rule all of it is what counts.
  const isWhole = text === null ? projection === payload : projection === text;
  if (text !== null) {
    const stored = storableText(text);
    const hashes = await digest(stored);
    const contentHash = isWhole ? hashes.json : hashJson(projection);
    return { payload: stored, hashSha256: hashes.text, contentHash, isWhole };
  }
  const hashSha256 = json?.hash ?? hashJson(payload);
  const contentHash = isWhole ? hashSha256 : hashJson(projection);
  return { payload: json?.text ?? JSON.stringify(payload), hashSha256, contentHash, isWhole };
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
