/** Records as a list: the parameters of its address and their limits, and its pages. */

import { type RawBuilder, sql } from 'kysely';
import type { Engine, Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { isSeen, type Sight } from '#lib/actor/model.ts';
import type { LocalClock } from '#lib/filters/zones.ts';
import { isUuid } from '#lib/ids.ts';
import {
  type ColumnOf,
  type Condition,
  chooseAccessPath,
  condition,
  type Group,
  instantBounds,
  rangeCondition,
} from '#lib/paging/access-path.ts';
import { type KeysetOrder, planKeyset } from '#lib/paging/keyset.ts';
import {
  isSmallGroup,
  type ListPage,
  type ListTable,
  readListPage,
} from '#lib/paging/list-page.ts';
import { emptyPage, sightConditions } from '#lib/paging/of-sight.ts';
import {
  choiceParameter,
  cursorParameter,
  type ParameterProblem,
  type RawParameters,
  readParameters,
} from '#lib/paging/parameters.ts';
import { type SortDirection, sortDirections } from '#lib/paging/sort-direction.ts';
import { recordFilters } from './record-filters.ts';

export interface RecordFilter {
  readonly source?: string | undefined;
  readonly resourceType?: string | undefined;
  /** Prefix of the resource id, case-sensitive. */
  readonly resourcePrefix?: string | undefined;
  /** Anywhere in the resource id or the URI. */
  readonly text?: string | undefined;
  readonly runId?: string | undefined;
  readonly workItemId?: string | undefined;
  readonly httpStatus?: number | undefined;
  /** ISO instants, end exclusive. */
  readonly fetchedFrom?: string | undefined;
  readonly fetchedTo?: string | undefined;
}

export interface RecordQuery {
  readonly filter: RecordFilter;
  readonly direction: SortDirection;
  readonly cursor?: string | undefined;
}

const position = {
  dir: choiceParameter(sortDirections),
  cursor: cursorParameter,
} as const;

/**
 * Reads the address; what is out of range is ignored and reported. Newest first by default.
 * @param clock by which `yesterday` is counted; absent = UTC
 */
export function parseRecordQuery(
  raw: RawParameters,
  clock?: LocalClock,
): {
  readonly query: RecordQuery;
  readonly problems: readonly ParameterProblem[];
} {
  const { values, problems } = recordFilters.read(raw, clock);
  const at = readParameters(position, raw);
  const filter: RecordFilter = {
    source: values.source,
    resourceType: values.type,
    resourcePrefix: values.resource,
    text: values.q,
    runId: values.run,
    workItemId: values.item,
    httpStatus: values.http,
    fetchedFrom: values.fetched_from,
    fetchedTo: values.fetched_to,
  };
  const { dir = 'desc', cursor } = at.values;
  return { query: { filter, direction: dir, cursor }, problems: [...problems, ...at.problems] };
}

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

const records: ListTable<'IngestRecords', SummaryRow> = {
  from: ({ q }) => q.selectFrom('IngestRecords'),
  rows: selectSummary,
};

/**
 * One page, at most 100 rows, of the sources that are seen (default all). Throws AppError `cursor_invalid`, and DatabaseError
 * `db_statement_timeout` after five seconds.
 */
export async function listRecords(
  session: Session,
  query: RecordQuery,
  options: { readonly limit?: number; readonly sight?: Sight } = {},
): Promise<ListPage<RecordSummary>> {
  const { filter, direction, cursor } = query;
  const order: KeysetOrder = {
    sort,
    direction,
    by: { column: ref(sortColumn), kind: 'instant' },
    id: ref('ingest_id'),
  };
  const request = { cursor, limit: options.limit };
  const { sight = null } = options;
  const isHidden = filter.source !== undefined && !isSeen(sight, [filter.source]);
  if (isHidden || matchesNothing(filter)) {
    planKeyset(session.engine, order, request);
    return emptyPage;
  }
  const seen = filter.source === undefined ? sight : null;
  return readListPage(session, records, order, request, (s) => pathOf(s, filter, seen), toSummary);
}

const matchesNothing = ({ runId, workItemId }: RecordFilter) =>
  [runId, workItemId].some((id) => id !== undefined && !isUuid(id));

const sort = 'fetched_at';
const sortColumn = 'fetched_at_utc';
/** The least HTTP status that has an index. */
const failureStatus = 400;

type ConditionKey =
  | 'workItemId'
  | 'runId'
  | 'httpStatus'
  | 'source'
  | 'resourceType'
  | 'resourcePrefix'
  | 'text'
  | 'fetched'
  | 'sight';

/** Stretches of the index of sources that a list is put together from at most. */
const mostMerged = 32;

function pathOf(session: Session, filter: RecordFilter, sight: Sight) {
  const conditions = [
    ...conditionsOf(session.engine, filter),
    ...sightConditions(session.engine, ref, sight),
  ];
  const groups: Group<ConditionKey>[] = [];
  // The one that is usually smallest first. Those of items and of ids that begin alike are in no order.
  for (const key of ['workItemId', 'runId', 'httpStatus', 'resourcePrefix', 'source'] as const) {
    const found = conditions.find((one) => one.key === key);
    if (!found || (key === 'httpStatus' && !isFailure(filter.httpStatus))) continue;
    groups.push({
      keys: [key],
      branches: [found.seek],
      order: key === 'workItemId' || key === 'resourcePrefix' ? null : sort,
    });
  }
  if (sight !== null && sight.length > 0 && sight.length <= mostMerged) {
    const branches = sight.map((name) => session.engine.isExactly(ref('source_name'), name));
    groups.push({ keys: ['sight'], branches, order: sort });
  }
  return chooseAccessPath({
    conditions,
    groups,
    sort,
    sortColumn,
    isSmall: (where) => isSmallGroup(session, records, where),
  });
}

const isFailure = (status: number | undefined) => status !== undefined && status >= failureStatus;

function conditionsOf(engine: Engine, filter: RecordFilter): Condition<ConditionKey>[] {
  const conditions: Condition<ConditionKey>[] = [];
  const add = (key: ConditionKey, make: (of: ColumnOf) => RawBuilder<boolean>) =>
    conditions.push(condition(engine, ref, key, make));
  const equal = (key: ConditionKey, column: string, value: string | number | undefined) => {
    if (value !== undefined) add(key, (of) => sql<boolean>`${of(column)} = ${value}`);
  };
  equal('source', 'source_name', filter.source);
  equal('resourceType', 'resource_type', filter.resourceType);
  equal('runId', 'run_id', filter.runId);
  equal('workItemId', 'work_item_id', filter.workItemId);
  const { httpStatus, resourcePrefix, text, fetchedFrom: from, fetchedTo: to } = filter;
  if (httpStatus !== undefined && isFailure(httpStatus)) {
    // The index of failures is used where its own condition is repeated.
    add(
      'httpStatus',
      (of) =>
        sql<boolean>`${of('status_code')} = ${httpStatus} and ${of('status_code')} >= ${sql.lit(failureStatus)}`,
    );
  } else {
    equal('httpStatus', 'status_code', httpStatus);
  }
  if (resourcePrefix !== undefined) {
    add('resourcePrefix', (of) => engine.startsWith(of('resource_id'), resourcePrefix));
  }
  if (text !== undefined) {
    add(
      'text',
      (of) =>
        sql<boolean>`(${engine.contains(of('resource_id'), text)} or ${engine.contains(of('request_uri'), text)})`,
    );
  }
  if (from !== undefined || to !== undefined) {
    conditions.push(
      rangeCondition(engine, ref, 'fetched', sortColumn, (time) =>
        instantBounds(engine, time, { from, to }),
      ),
    );
  }
  return conditions;
}
