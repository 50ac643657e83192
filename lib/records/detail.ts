/** One record with its payload, and its neighbours in the history of the same resource. */
import { sql } from 'kysely';
import { z } from 'zod';
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { isUuid } from '#lib/ids.ts';
import { parseJson } from '#lib/json.ts';
import { type RecordSummary, selectSummary, toSummary } from './list.ts';

export interface RecordDetail extends RecordSummary {
  readonly requestHeaders: Readonly<Record<string, string>> | null;
  readonly responseHeaders: Readonly<Record<string, string>> | null;
  /** The stored text; null when it is too large to come along (see `getRecordPayload`). */
  readonly payload: string | null;
  readonly errorMessage: string | null;
  /** Path in the file lake, relative to its base directory. */
  readonly lakePath: string | null;
  /** By which the payload was read; null when it is no text, or not known. */
  readonly charset: string | null;
  /** Hex SHA-256 of what was received; null when it is not known. */
  readonly bodyHash: string | null;
  readonly bodyBytes: number | null;
  /** Of a page whose source extracts texts; null = not extracted, or it has none. */
  readonly pageTitle: string | null;
  /** Whether `getPageText` has a text. */
  readonly hasPageText: boolean;
}

/** Largest payload that a page brings along, in stored bytes; larger ones are loaded when looked at. */
const mostBytesAlong = 64 * 1024;

const stored = sql.ref<string>('IngestRecords.payload');

const headersSchema = z.record(z.string(), z.string());

/** Null when there is no such record. */
export async function getRecord(session: Session, ingestId: string): Promise<RecordDetail | null> {
  if (!isUuid(ingestId)) return null;
  const row = await selectSummary(session)
    .select(['request_headers', 'response_headers', 'error_message', 'lake_path'])
    .select(['charset', 'body_sha256', 'body_bytes', 'page_title'])
    .select(sql<number>`case when page_text is null then 0 else 1 end`.as('has_page_text'))
    .select(
      sql<
        string | null
      >`case when ${session.engine.byteLength(stored)} <= ${sql.lit(mostBytesAlong)}
        then ${stored} end`.as('payload'),
    )
    .where('ingest_id', '=', ingestId)
    .executeTakeFirst();
  if (!row) return null;
  return {
    ...toSummary(row),
    requestHeaders: parseHeaders(row.request_headers),
    responseHeaders: parseHeaders(row.response_headers),
    payload: row.payload,
    errorMessage: row.error_message,
    lakePath: row.lake_path,
    charset: row.charset,
    bodyHash: row.body_sha256,
    bodyBytes: row.body_bytes === null ? null : Number(row.body_bytes),
    pageTitle: row.page_title,
    hasPageText: Number(row.has_page_text) === 1,
  };
}

/** The stored payload as it is, for a download; null when there is no such record. */
export async function getRecordPayload(
  session: Session,
  ingestId: string,
): Promise<{ readonly payload: string; readonly contentType: string | null } | null> {
  if (!isUuid(ingestId)) return null;
  const row = await session.q
    .selectFrom('IngestRecords')
    .select(['payload', 'content_type'])
    .where('ingest_id', '=', ingestId)
    .executeTakeFirst();
  return row ? { payload: row.payload, contentType: row.content_type } : null;
}

/** The main text of a page; null when there is none of it, or no such record. */
export async function getPageText(session: Session, ingestId: string): Promise<string | null> {
  if (!isUuid(ingestId)) return null;
  const row = await session.q
    .selectFrom('IngestRecords')
    .select('page_text')
    .where('ingest_id', '=', ingestId)
    .executeTakeFirst();
  return row?.page_text ?? null;
}

/** The latest record of a work item that is current: held and discarded ones are passed over. Null where there is none. */
export async function getLatestRecord(
  session: Session,
  workItemId: string,
): Promise<RecordDetail | null> {
  if (!isUuid(workItemId)) return null;
  const latest = await session.engine
    .take(
      session.q
        .selectFrom('IngestRecords')
        .select('ingest_id')
        .where('work_item_id', '=', workItemId)
        .where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('held_records as held')
                .select('held.ingest_id')
                .whereRef('held.ingest_id', '=', 'IngestRecords.ingest_id'),
            ),
          ),
        )
        .orderBy('fetched_at_utc', 'desc')
        .orderBy('ingest_id', 'desc'),
      1,
    )
    .executeTakeFirst();
  return latest ? getRecord(session, latest.ingest_id) : null;
}

export interface RecordNeighbours {
  readonly previous: RecordSummary | null;
  readonly next: RecordSummary | null;
}

/** The fetches of the same resource just before and just after this one. */
export async function getNeighbours(
  session: Session,
  record: RecordSummary,
): Promise<RecordNeighbours> {
  const [previous, next] = await Promise.all([
    neighbour(session, record, 'before'),
    neighbour(session, record, 'after'),
  ]);
  return { previous, next };
}

export interface Fetch {
  readonly ingestId: string;
  readonly fetchedAt: Instant;
  readonly statusCode: number;
}

/** Fetches of a resource that are offered for a comparison. */
export const mostFetches = 200;

/** Those of the same resource that brought something new, this one among them, newest first; at most 200. */
export async function listFetches(
  { q, engine }: Session,
  record: Pick<RecordSummary, 'sourceSystem' | 'sourceName' | 'resourceType' | 'resourceId'>,
): Promise<Fetch[]> {
  const query = q
    .selectFrom('IngestRecords')
    .select(['ingest_id', 'fetched_at_utc', 'status_code'])
    .where('source_system', '=', record.sourceSystem)
    .where('source_name', '=', record.sourceName)
    .where('resource_type', '=', record.resourceType)
    .where('resource_id', '=', record.resourceId)
    .orderBy('fetched_at_utc', 'desc')
    .orderBy('ingest_id', 'desc');
  const rows = await engine.take(query, mostFetches).execute();
  return rows.map((row) => ({
    ingestId: row.ingest_id,
    fetchedAt: row.fetched_at_utc,
    statusCode: row.status_code,
  }));
}

/** Another fetch of the same resource, by its id; null when it is none. */
export async function getFetchOfSame(
  session: Session,
  record: RecordSummary,
  ingestId: string,
): Promise<RecordDetail | null> {
  const other = await getRecord(session, ingestId);
  const isSame =
    other !== null &&
    other.ingestId !== record.ingestId &&
    other.sourceSystem === record.sourceSystem &&
    other.sourceName === record.sourceName &&
    other.resourceType === record.resourceType &&
    other.resourceId === record.resourceId;
  return isSame ? other : null;
}

async function neighbour(
  session: Session,
  record: RecordSummary,
  way: 'before' | 'after',
): Promise<RecordSummary | null> {
  const { engine } = session;
  const op = sql.raw(way === 'before' ? '<' : '>');
  const direction = way === 'before' ? 'desc' : 'asc';
  const fetchedAt = sql.ref('IngestRecords.fetched_at_utc');
  const id = sql.ref('IngestRecords.ingest_id');
  // The stored time of this record, not its rounded text: two fetches may share a millisecond.
  const here = session.q
    .selectFrom('IngestRecords as here')
    .select('here.fetched_at_utc')
    .where('here.ingest_id', '=', record.ingestId);
  const query = selectSummary(session)
    .where('source_system', '=', record.sourceSystem)
    .where('source_name', '=', record.sourceName)
    .where('resource_type', '=', record.resourceType)
    .where('resource_id', '=', record.resourceId)
    .where(
      sql<boolean>`(${fetchedAt} ${op} (${here}) or (${fetchedAt} = (${here}) and ${id} ${op} ${record.ingestId}))`,
    )
    .orderBy('fetched_at_utc', direction)
    .orderBy('ingest_id', direction);
  const row = await engine.take(query, 1).executeTakeFirst();
  return row ? toSummary(row) : null;
}

function parseHeaders(json: string | null): Readonly<Record<string, string>> | null {
  if (json === null) return null;
  const parsed = headersSchema.safeParse(parseJson(json));
  return parsed.success ? parsed.data : null;
}
