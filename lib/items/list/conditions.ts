/** What a filter of the list asks, condition by condition, so that a plan can seek some and test others. */
import { type Expression, type RawBuilder, sql } from 'kysely';
import type { Engine } from '#db/engine.ts';
import {
  type ColumnOf,
  type Condition,
  condition,
  instantBounds,
  rangeCondition,
} from '#lib/paging/access-path.ts';
import type { SortBounds } from '#lib/paging/segments.ts';
import { onHoldReason } from '#lib/queue/hold.ts';
import type { InstantRange, WorkItemFilter } from './filter.ts';

/** The least HTTP status that tells of a failure, and has an index. */
export const failureStatus = 400;

const ref = (column: string) => sql.ref<string>(`work_items.${column}`);

export type ConditionKey =
  | 'statuses'
  | 'source'
  | 'resourceType'
  | 'resourcePrefix'
  | 'resourceContains'
  | 'uriContains'
  | 'text'
  | 'runId'
  | 'minAttempts'
  | 'httpStatus'
  | 'errorCode'
  | 'priority'
  | 'discoveredFrom'
  | 'leaseOwner'
  | 'created'
  | 'updated'
  | 'fetched'
  | 'stale'
  | 'due'
  | 'settled'
  | 'kept'
  | 'held'
  | 'host';

export function conditionsOf(engine: Engine, filter: WorkItemFilter): Condition<ConditionKey>[] {
  const conditions: Condition<ConditionKey>[] = [];
  const add = (key: ConditionKey, make: (column: ColumnOf) => RawBuilder<boolean>) =>
    conditions.push(condition(engine, ref, key, make));
  const addRange = (
    key: ConditionKey,
    column: string,
    make: (column: Expression<string>) => SortBounds,
    nulls = false,
  ) => conditions.push(rangeCondition(engine, ref, key, column, make, nulls));
  const equal = (key: ConditionKey, column: string, value: string | number | undefined) => {
    if (value !== undefined) add(key, (of) => sql<boolean>`${of(column)} = ${value}`);
  };

  if (filter.statuses.length > 0) {
    // Literals, because a filtered index is not used for a parameter. The values are of a closed list.
    const statuses = sql.join(filter.statuses.map((status) => sql.lit(status)));
    add('statuses', (of) => sql<boolean>`${of('status')} in (${statuses})`);
  }
  const { source } = filter;
  if (source !== undefined) add('source', (of) => engine.isExactly(of('source_name'), source));
  equal('resourceType', 'resource_type', filter.resourceType);
  const { resourcePrefix, resourceContains, uriContains, text, minAttempts } = filter;
  if (resourcePrefix !== undefined) {
    addRange('resourcePrefix', 'resource_id', (id) => ({
      within: engine.startsWith(id, resourcePrefix),
    }));
  }
  if (resourceContains !== undefined) {
    add('resourceContains', (of) => engine.contains(of('resource_id'), resourceContains));
  }
  if (uriContains !== undefined) {
    add('uriContains', (of) => engine.contains(of('request_uri'), uriContains));
  }
  if (text !== undefined) {
    add('text', (of) => {
      const anywhere = ['resource_id', 'request_uri', 'error_message'].map((column) =>
        engine.contains(of(column), text),
      );
      return sql<boolean>`(${sql.join(anywhere, sql` or `)})`;
    });
  }
  equal('runId', 'run_id', filter.runId);
  if (minAttempts !== undefined) {
    add('minAttempts', (of) => sql<boolean>`${of('attempt')} >= ${minAttempts}`);
  }
  const { httpStatus } = filter;
  if (httpStatus !== undefined) {
    // Of the statuses only those of failures have an index, which is used where its condition is repeated.
    const isFailure = httpStatus >= failureStatus;
    add('httpStatus', (of) =>
      isFailure
        ? sql<boolean>`${of('last_http_status')} = ${httpStatus} and ${of('last_http_status')} >= ${sql.lit(failureStatus)}`
        : sql<boolean>`${of('last_http_status')} = ${httpStatus}`,
    );
  }
  equal('errorCode', 'error_code', filter.errorCode);
  const { minPriority, maxPriority } = filter;
  if (minPriority !== undefined || maxPriority !== undefined) {
    addRange('priority', 'priority', (priority) => ({
      from: minPriority === undefined ? undefined : sql<boolean>`${priority} >= ${minPriority}`,
      to: maxPriority === undefined ? undefined : sql<boolean>`${priority} <= ${maxPriority}`,
    }));
  }
  equal('discoveredFrom', 'discovered_from', filter.discoveredFrom);
  equal('leaseOwner', 'lease_owner', filter.leaseOwner);
  equal('host', 'host', filter.host);
  if (filter.held) {
    add('held', (of) => sql<boolean>`${of('wait_reason')} = ${sql.lit(onHoldReason)}`);
  }
  const between = (key: ConditionKey, column: string, range: InstantRange) => {
    if (range.from === undefined && range.to === undefined) return;
    addRange(key, column, (time) => instantBounds(engine, time, range));
  };
  between('created', 'created_at', filter.created);
  between('updated', 'updated_at', filter.updated);
  between('fetched', 'last_fetched_at', filter.fetched);
  if (filter.staleDays !== undefined) {
    const limit = staleLimit(engine, filter.staleDays, filter.asOf);
    addRange('stale', 'last_fetched_at', (time) => ({ to: sql<boolean>`${time} <= ${limit}` }));
    // What is retired is no longer expected to be fresh.
    add(
      'kept',
      (of) => sql<boolean>`(${of('refetch')} is null or ${of('refetch')} <> ${sql.lit('retired')})`,
    );
  }
  if (filter.due) {
    addRange('due', 'next_fetch_at', (time) => ({
      to: sql<boolean>`${time} <= ${filter.asOf === undefined ? engine.now() : engine.instantParam(filter.asOf)}`,
    }));
    // What is on its way already is no longer due; its old time stands until it is fetched.
    add('settled', (of) => sql<boolean>`${of('status')} not in ('pending', 'in_progress')`);
  }
  return conditions;
}

/** What was fetched after this moment is fresh. */
function staleLimit(engine: Engine, days: number, asOf: string | undefined) {
  const ms = days * 86_400_000;
  return asOf === undefined
    ? engine.nowPlus(-ms)
    : engine.instantParam(new Date(Date.parse(asOf) - ms).toISOString());
}
