/** The record list: what was fetched, newest first, one keyset page at a time, without payloads. */
import { type SelectQueryBuilder, sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Database, Instant } from '#db/schema.ts';
import { type KeysetOrder, type Page, pageOf, planKeyset } from '#lib/paging/keyset.ts';
import type { RecordFilter, RecordQuery } from './filter.ts';

export interface RecordSummary {
  readonly ingestId: string;
  readonly sourceSystem: string;
  readonly sourceName: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly requestUri: string;
  readonly requestMethod: string;
  readonly statusCode: number;
  readonly contentType: string | null;
  readonly fetchedAt: Instant;
  readonly durationMs: number | null;
  /** Hex SHA-256 of the canonical payload. */
  readonly hash: string | null;
  /** Size of the stored payload. */
  readonly bytes: number;
  readonly runId: string | null;
  readonly workItemId: string | null;
  readonly attempt: number;
}

const listTimeoutMs = 5_000;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * The id columns of IngestRecords are UNIQUEIDENTIFIER in an existing database: SQL Server refuses
 * to compare one with text that is no UUID, so such an id is known to match nothing beforehand.
 */
export const isUuid = (id: string) => uuid.test(id);

const ref = (column: string) => sql.ref<string>(`IngestRecords.${column}`);

/** Selects the columns of a summary; shared with the detail. */
export function selectSummary(session: Session) {
  return session.q
    .selectFrom('IngestRecords')
    .select([
      'ingest_id as id',
      'source_system',
      'source_name',
      'resource_type',
      'resource_id',
      'request_uri',
      'request_method',
      'status_code',
      'content_type',
      'fetched_at_utc',
      'duration_ms',
      'hash_sha256',
      'run_id',
      'work_item_id',
      'attempt',
    ])
    .select(session.engine.byteLength(ref('payload')).as('bytes'));
}

type SummaryRow = Awaited<ReturnType<ReturnType<typeof selectSummary>['executeTakeFirstOrThrow']>>;

export function toSummary(row: SummaryRow): RecordSummary {
  return {
    ingestId: row.id,
    sourceSystem: row.source_system,
    sourceName: row.source_name,
    resourceType: row.resource_type,
    resourceId: row.resource_id,
    requestUri: row.request_uri,
    requestMethod: row.request_method,
    statusCode: row.status_code,
    contentType: row.content_type,
    fetchedAt: row.fetched_at_utc,
    durationMs: row.duration_ms,
    hash: row.hash_sha256,
    bytes: Number(row.bytes),
    runId: row.run_id,
    workItemId: row.work_item_id,
    attempt: row.attempt,
  };
}

/**
 * One page, at most 100 rows. Throws AppError `cursor_invalid`, and DatabaseError
 * `db_statement_timeout` after five seconds.
 */
export async function listRecords(
  session: Session,
  query: RecordQuery,
  options: { readonly limit?: number } = {},
): Promise<Page<RecordSummary>> {
  const order: KeysetOrder = {
    sort: 'fetched_at',
    direction: query.direction,
    by: { column: ref('fetched_at_utc'), kind: 'instant' },
    id: ref('ingest_id'),
  };
  const plan = planKeyset(session.engine, order, { cursor: query.cursor, limit: options.limit });
  if (matchesNothing(query.filter)) return { rows: [], next: null, previous: null };
  const fetched = await session.engine.withTimeout(session, listTimeoutMs, (s) => {
    let select = applyFilter(s, selectSummary(s), query.filter)
      .select(plan.cursorText.as('cursorValue'))
      .orderBy(plan.orderBy);
    if (plan.where) select = select.where(plan.where);
    return s.engine.take(select, plan.fetch).execute();
  });
  return pageOf(order, plan, fetched, toSummary);
}

const matchesNothing = ({ runId, workItemId }: RecordFilter) =>
  [runId, workItemId].some((id) => id !== undefined && !isUuid(id));

function applyFilter<O>(
  { engine }: Session,
  query: SelectQueryBuilder<Database, 'IngestRecords', O>,
  filter: RecordFilter,
): SelectQueryBuilder<Database, 'IngestRecords', O> {
  let q = query;
  if (filter.source !== undefined) q = q.where('source_name', '=', filter.source);
  if (filter.resourceType !== undefined) q = q.where('resource_type', '=', filter.resourceType);
  if (filter.resourcePrefix !== undefined) {
    q = q.where(engine.startsWith(ref('resource_id'), filter.resourcePrefix));
  }
  if (filter.runId !== undefined) q = q.where('run_id', '=', filter.runId);
  if (filter.workItemId !== undefined) q = q.where('work_item_id', '=', filter.workItemId);
  if (filter.httpStatus !== undefined) q = q.where('status_code', '=', filter.httpStatus);
  const fetchedAt = ref('fetched_at_utc');
  if (filter.fetchedFrom !== undefined) {
    q = q.where(sql<boolean>`${fetchedAt} >= ${engine.instantParam(filter.fetchedFrom)}`);
  }
  if (filter.fetchedTo !== undefined) {
    q = q.where(sql<boolean>`${fetchedAt} < ${engine.instantParam(filter.fetchedTo)}`);
  }
  return q;
}
