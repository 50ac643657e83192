/** What the filters of the list ask in SQL, and by which index they are read. */
import { type RawBuilder, sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import { type WorkItemStatus, workItemStatuses } from '#db/schema.ts';
import { isSeen, type Sight } from '#lib/actor/model.ts';
import { conditionsOf } from '#lib/filters/asks.ts';
import {
  type AccessPath,
  type Condition,
  chooseAccessPath,
  chooseWithoutIndex,
  type Group,
} from '#lib/paging/access-path.ts';
import type { KeysetOrder } from '#lib/paging/keyset.ts';
import { sightConditions } from '#lib/paging/of-sight.ts';
import { givenFilters } from './filters/registry.ts';
import type { WorkItemFilter } from './query.ts';
import { indexedSorts, type WorkItemSort } from './sorts.ts';

const ref = (column: string) => sql.ref<string>(`work_items.${column}`);

/** Stretches of indexes that a list is put together from at most: their heads are merged. */
const mostMerged = 32;

/**
 * By which index a filter is read in an order; `isSmall` says whether a group is read whole.
 * @param along what is newest, for an order without an index
 * @param sight where no source is asked for, the list has those that are seen
 */
export async function pathOf(
  session: Session,
  filter: WorkItemFilter,
  sort: WorkItemSort,
  along: KeysetOrder,
  isSmall: (where: RawBuilder<boolean>) => Promise<boolean>,
  sight: Sight,
): Promise<AccessPath> {
  const { engine } = session;
  const seen = filter.source === undefined ? sight : null;
  const conditions = [
    ...givenFilters(filter).flatMap((given) =>
      conditionsOf(engine, ref, given.filter, given.value, filter.asOf),
    ),
    ...sightConditions(engine, ref, seen),
  ];
  const groups = groupsOf(session, conditions, filter, seen);
  // The index of a source's last fetches has only what was fetched.
  if (sort === 'last_fetched_at' && conditions.some(({ range }) => range?.column === sort)) {
    const sources = await fetchedBySource(session, conditions, seen);
    if (sources) {
      const walked = [...groups, sources];
      return chooseAccessPath({ conditions, groups: walked, sort, sortColumn: sort, isSmall });
    }
  }
  return indexedSorts.some((indexed) => indexed === sort)
    ? chooseAccessPath({ conditions, groups, sort, sortColumn: sort, isSmall })
    : chooseWithoutIndex({ conditions, groups, along, isSmall });
}

/** The items of each source in the order of their last fetch; null when there are too many sources to merge. */
async function fetchedBySource(
  session: Session,
  conditions: readonly Condition[],
  sight: Sight,
): Promise<Group | null> {
  const given = conditions.find(({ key }) => key === 'source');
  if (given) return { keys: ['source'], branches: [given.seek], order: 'last_fetched_at' };
  const totals = await session.engine.readTotals(session);
  const known = new Set(totals.map(({ source_name: name }) => name));
  const names = [...known].filter((name) => isSeen(sight, [name])).toSorted();
  if (names.length === 0 || names.length > mostMerged) return null;
  // Few texts for any number of sources: no source has the empty name.
  const places = 2 ** Math.ceil(Math.log2(names.length));
  const padded = Array.from({ length: places }, (_, at) => names[at] ?? '');
  const branches = padded.map((name) => session.engine.isExactly(ref('source_name'), name));
  return { keys: ['sight'], branches, order: 'last_fetched_at' };
}

/**
 * The groups a filter names, the one that is usually smallest first: those of single filters by their rank,
 * then those that an index has of a status together with a run or a source.
 */
function groupsOf(
  { engine }: Session,
  conditions: readonly Condition[],
  filter: WorkItemFilter,
  sight: Sight,
): Group[] {
  const { run, status: statuses = [], lease } = filter;
  const ofRun = (some: readonly WorkItemStatus[]) =>
    some.map((status) => sql<boolean>`run_id = ${run} and ${is(status)}`);
  const groups = givenFilters(filter)
    .flatMap(({ filter: { name, group }, value }) =>
      group && (group.when?.(value) ?? true) ? [{ name, ...group }] : [],
    )
    .toSorted((a, b) => a.rank - b.rank)
    .flatMap(({ name, order }): Group[] => {
      // The index of a run has each of its statuses in the order of the list.
      if (name === 'run') {
        return statuses.length > 0
          ? [{ keys: ['run', 'status'], branches: ofRun(statuses), order }]
          : [
              {
                keys: ['run'],
                branches: ofRun(workItemStatuses),
                whole: sql<boolean>`run_id = ${run}`,
                order,
              },
            ];
      }
      const found = conditions.find(({ key }) => key === name);
      return found ? [{ keys: [name], branches: [found.seek], order }] : [];
    });
  // Only an item in progress is leased.
  if (lease !== undefined) {
    groups.push({ keys: [], branches: [is('in_progress')], order: 'created_at' });
  }
  const source = conditions.find(({ key }) => key === 'source');
  const byStatus = (some: readonly WorkItemStatus[]) =>
    some.map((status) =>
      source === undefined ? is(status) : sql<boolean>`${source.seek} and ${is(status)}`,
    );
  const seen = seenBySource(engine, sight, statuses.length > 0 ? statuses : workItemStatuses);
  if (seen !== null) {
    const keys = statuses.length > 0 ? ['sight', 'status'] : ['sight'];
    groups.push({ keys, branches: seen, order: 'created_at' });
  } else if (statuses.length > 0) {
    const keys = source === undefined ? ['status'] : ['source', 'status'];
    groups.push({ keys, branches: byStatus(statuses), order: 'created_at' });
  } else if (source !== undefined) {
    groups.push({
      keys: ['source'],
      branches: byStatus(workItemStatuses),
      whole: source.seek,
      order: 'created_at',
    });
  }
  return groups;
}

/** The items of each source that is seen, by their statuses; null for all of them, and for more than are merged. */
function seenBySource(
  engine: Session['engine'],
  sight: Sight,
  statuses: readonly WorkItemStatus[],
): RawBuilder<boolean>[] | null {
  if (sight === null || sight.length * statuses.length > mostMerged) return null;
  if (sight.length === 0) return [sql<boolean>`1 = 0`];
  return sight.flatMap((name) =>
    statuses.map(
      (status) => sql<boolean>`${engine.isExactly(ref('source_name'), name)} and ${is(status)}`,
    ),
  );
}

const is = (status: WorkItemStatus) => sql<boolean>`${ref('status')} = ${sql.lit(status)}`;
