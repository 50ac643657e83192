/** The groups of work items that an index finds by equality. */
import { sql } from 'kysely';
import type { WorkItemStatus } from '#db/schema.ts';
import { workItemStatuses } from '#db/schema.ts';
import type { Condition, Group } from '#lib/paging/access-path.ts';
import { type ConditionKey, failureStatus } from './conditions.ts';
import type { WorkItemFilter } from './filter.ts';

/** The groups a filter names, the one that is usually smallest first. */
export function groupsOf(
  conditions: readonly Condition<ConditionKey>[],
  filter: WorkItemFilter,
): Group<ConditionKey>[] {
  const groups: Group<ConditionKey>[] = [];
  const { httpStatus, runId, statuses } = filter;
  // Of the statuses of a run only failures have an index.
  const runFailures =
    runId !== undefined && statuses.length === 1 && statuses[0] === 'failed'
      ? {
          keys: ['runId', 'statuses'] as const,
          branches: [sql<boolean>`run_id = ${runId} and ${is('failed')}`],
          order: 'created_at',
        }
      : null;
  const byHttpStatus = httpStatus !== undefined && httpStatus >= failureStatus;
  for (const [key, order] of [
    ['discoveredFrom', 'created_at'],
    ['runId', 'created_at'],
    ['errorCode', 'created_at'],
    ...(byHttpStatus ? [['httpStatus', 'created_at'] as const] : []),
    ['held', 'created_at'],
    ['resourcePrefix', null],
  ] as const) {
    if (key === 'runId' && runFailures !== null) {
      groups.push(runFailures);
      continue;
    }
    const condition = conditions.find((one) => one.key === key);
    if (condition) groups.push({ keys: [key], branches: [condition.seek], order });
  }
  if (runId !== undefined && statuses.length > 0 && runFailures === null) {
    groups.push({
      keys: ['runId', 'statuses'],
      branches: statuses.map((status) => sql<boolean>`run_id = ${runId} and ${is(status)}`),
      order: null,
    });
  }
  // Only an item in progress has a holder.
  if (filter.leaseOwner !== undefined) {
    groups.push({ keys: [], branches: [is('in_progress')], order: 'created_at' });
  }
  const source = conditions.find(({ key }) => key === 'source');
  const byStatus = (some: readonly WorkItemStatus[]) =>
    some.map((status) =>
      source === undefined ? is(status) : sql<boolean>`${source.seek} and ${is(status)}`,
    );
  if (statuses.length > 0) {
    const keys: ConditionKey[] = source === undefined ? ['statuses'] : ['source', 'statuses'];
    groups.push({ keys, branches: byStatus(statuses), order: 'created_at' });
  } else if (source !== undefined) {
    groups.push({ keys: ['source'], branches: byStatus(workItemStatuses), order: 'created_at' });
  }
  return groups;
}

const is = (status: WorkItemStatus) =>
  sql<boolean>`${sql.ref('work_items.status')} = ${sql.lit(status)}`;
