/**
 * By which index a list is read. Three ways, each bounded whatever the size of the table: all items of
 * a small equal group, sorted; an index in the order of the list; or a window of such an index, whose
 * items are tested one by one.
 */
import { type RawBuilder, sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { SortRange } from '#lib/paging/segments.ts';
import { type Condition, type ConditionKey, conditionsOf, failureStatus } from './conditions.ts';
import type { WorkItemFilter, WorkItemSort } from './filter.ts';
import { type WorkItemStatus, workItemStatuses } from './model.ts';

/** Groups up to this many items are read whole and sorted: some milliseconds on either engine. */
const smallGroup = 10_000;

/** Items that an index finds by equality. */
interface Group {
  readonly keys: readonly ConditionKey[];
  /** Together all of the group, disjoint; each is one stretch of an index. */
  readonly branches: readonly RawBuilder<boolean>[];
  /** Whether each branch is in order of creation. */
  readonly isByCreation: boolean;
}

export interface Walk {
  readonly kind: 'walk';
  /** Empty = the whole table. */
  readonly branches: readonly RawBuilder<boolean>[];
  readonly range: SortRange;
  /** What the index does not know: with any, the walk needs a window. */
  readonly tests: readonly RawBuilder<boolean>[];
}

export interface SmallGroup {
  readonly kind: 'group';
  readonly where: RawBuilder<boolean>;
  readonly tests: readonly RawBuilder<boolean>[];
}

export type AccessPath = Walk | SmallGroup;

export async function chooseAccessPath(
  session: Session,
  filter: WorkItemFilter,
  sort: WorkItemSort,
): Promise<AccessPath> {
  const conditions = conditionsOf(session.engine, filter);
  const groups = groupsOf(conditions, filter);
  const walk = walkOf(conditions, groups, sort);
  if (walk.tests.length === 0) return walk;
  for (const group of groups) {
    const where = anyOf(group.branches);
    if (await isSmall(session, where)) {
      return { kind: 'group', where, tests: testsBut(conditions, group.keys) };
    }
  }
  return walk;
}

function walkOf(
  conditions: readonly Condition[],
  groups: readonly Group[],
  sort: WorkItemSort,
): Walk {
  const group = sort === 'created_at' ? groups.find((one) => one.isByCreation) : undefined;
  const inRange = conditions.filter(({ range }) => range?.column === sort);
  return {
    kind: 'walk',
    branches: group?.branches ?? [],
    range: {
      where: inRange.map(({ seek }) => seek),
      nulls: inRange.every(({ range }) => range?.nulls),
    },
    tests: testsBut(conditions, [...(group?.keys ?? []), ...inRange.map(({ key }) => key)]),
  };
}

const testsBut = (conditions: readonly Condition[], served: readonly ConditionKey[]) =>
  conditions.filter(({ key }) => !served.includes(key)).map(({ test }) => test);

/** The groups a filter names, the one that is usually smallest first. */
function groupsOf(conditions: readonly Condition[], filter: WorkItemFilter): Group[] {
  const groups: Group[] = [];
  const { httpStatus } = filter;
  const byHttpStatus = httpStatus !== undefined && httpStatus >= failureStatus;
  for (const [key, isByCreation] of [
    ['discoveredFrom', true],
    ['runId', true],
    ['errorCode', true],
    ...(byHttpStatus ? [['httpStatus', true] as const] : []),
    ['held', true],
    ['resourcePrefix', false],
  ] as const) {
    const condition = conditions.find((one) => one.key === key);
    if (condition) groups.push({ keys: [key], branches: [condition.seek], isByCreation });
  }
  if (filter.runId !== undefined && filter.statuses.length > 0) {
    const { runId } = filter;
    groups.push({
      keys: ['runId', 'statuses'],
      branches: filter.statuses.map((status) => sql<boolean>`run_id = ${runId} and ${is(status)}`),
      isByCreation: false,
    });
  }
  // Only an item in progress has a holder.
  if (filter.leaseOwner !== undefined) {
    groups.push({ keys: [], branches: [is('in_progress')], isByCreation: true });
  }
  const { source } = filter;
  const byStatus = (statuses: readonly WorkItemStatus[]) =>
    statuses.map((status) =>
      source === undefined
        ? is(status)
        : sql<boolean>`work_items.source_name = ${source} and ${is(status)}`,
    );
  if (filter.statuses.length > 0) {
    const keys: ConditionKey[] = source === undefined ? ['statuses'] : ['source', 'statuses'];
    groups.push({ keys, branches: byStatus(filter.statuses), isByCreation: true });
  } else if (source !== undefined) {
    groups.push({ keys: ['source'], branches: byStatus(workItemStatuses), isByCreation: true });
  }
  return groups;
}

const is = (status: WorkItemStatus) =>
  sql<boolean>`${sql.ref('work_items.status')} = ${sql.lit(status)}`;

const anyOf = (branches: readonly RawBuilder<boolean>[]) =>
  sql<boolean>`(${sql.join(
    branches.map((branch) => sql`(${branch})`),
    sql` or `,
  )})`;

async function isSmall({ q, engine }: Session, where: RawBuilder<boolean>): Promise<boolean> {
  const some = engine.take(
    q.selectFrom('work_items').select(sql<number>`1`.as('one')).where(where),
    smallGroup + 1,
  );
  const { total } = await q
    .selectFrom(some.as('some'))
    .select(sql<number>`count(*)`.as('total'))
    .executeTakeFirstOrThrow();
  return Number(total) <= smallGroup;
}
