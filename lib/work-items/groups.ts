/** The groups of work items that an index finds by equality. */
import { sql } from 'kysely';
import type { Condition, Group } from '#lib/paging/access-path.ts';
import { type ConditionKey, failureStatus } from './conditions.ts';
import type { WorkItemFilter } from './filter.ts';
import { type WorkItemStatus, workItemStatuses } from './model.ts';

/** The groups a filter names, the one that is usually smallest first. */
export function groupsOf(
  conditions: readonly Condition<ConditionKey>[],
  filter: WorkItemFilter,
): Group<ConditionKey>[] {
  const groups: Group<ConditionKey>[] = [];
  const { httpStatus } = filter;
  const byHttpStatus = httpStatus !== undefined && httpStatus >= failureStatus;
  for (const [key, order] of [
    ['discoveredFrom', 'created_at'],
    ['runId', 'created_at'],
    ['errorCode', 'created_at'],
    ...(byHttpStatus ? [['httpStatus', 'created_at'] as const] : []),
    ['held', 'created_at'],
    ['resourcePrefix', null],
  ] as const) {
    const condition = conditions.find((one) => one.key === key);
    if (condition) groups.push({ keys: [key], branches: [condition.seek], order });
  }
  if (filter.runId !== undefined && filter.statuses.length > 0) {
    const { runId } = filter;
    groups.push({
      keys: ['runId', 'statuses'],
      branches: filter.statuses.map((status) => sql<boolean>`run_id = ${runId} and ${is(status)}`),
      order: null,
    });
  }
  // Only an item in progress has a holder.
  if (filter.leaseOwner !== undefined) {
    groups.push({ keys: [], branches: [is('in_progress')], order: 'created_at' });
  }
  const source = conditions.find(({ key }) => key === 'source');
  const byStatus = (statuses: readonly WorkItemStatus[]) =>
    statuses.map((status) =>
      source === undefined ? is(status) : sql<boolean>`${source.seek} and ${is(status)}`,
    );
  if (filter.statuses.length > 0) {
    const keys: ConditionKey[] = source === undefined ? ['statuses'] : ['source', 'statuses'];
    groups.push({ keys, branches: byStatus(filter.statuses), order: 'created_at' });
  } else if (source !== undefined) {
    groups.push({ keys: ['source'], branches: byStatus(workItemStatuses), order: 'created_at' });
  }
  return groups;
}

const is = (status: WorkItemStatus) =>
  sql<boolean>`${sql.ref('work_items.status')} = ${sql.lit(status)}`;
