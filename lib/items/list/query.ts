/** The work-item list's address: its filters, order and position, read into what the list is asked for. */
import type { LocalClock } from '#lib/filters/zones.ts';
import {
  choiceParameter,
  cursorParameter,
  type ParameterProblem,
  type RawParameters,
  readParameters,
} from '#lib/paging/parameters.ts';
import { type SortDirection, sortDirections } from '#lib/paging/sort-direction.ts';
import { type FilterValues, givenFilters, itemFilters } from './filters/registry.ts';
import { defaultDirections, type WorkItemSort, workItemSorts } from './sorts.ts';

export interface WorkItemFilter extends FilterValues {
  /** The moment that “stale” and “due” are counted from; absent = the database's now. */
  readonly asOf?: string | undefined;
}

export interface WorkItemQuery {
  readonly filter: WorkItemFilter;
  readonly sort: WorkItemSort;
  readonly direction: SortDirection;
  readonly cursor?: string | undefined;
}

/** Every parameter of the address, in its order: the filters, then order and position. */
export const workItemParameterNames = [...itemFilters.names, 'sort', 'dir', 'cursor'] as const;

const parameters = {
  sort: choiceParameter(workItemSorts),
  dir: choiceParameter(sortDirections),
  cursor: cursorParameter,
};

/**
 * Reads the address; what is out of range is ignored and reported.
 * @param clock by which `yesterday` is counted; absent = UTC
 */
export function parseWorkItemQuery(
  raw: RawParameters,
  clock?: LocalClock,
): {
  readonly query: WorkItemQuery;
  readonly problems: readonly ParameterProblem[];
} {
  const { values: filter, problems } = itemFilters.read(raw, clock);
  const position = readParameters(parameters, raw);
  const { sort: asked, dir, cursor } = position.values;
  const sort = asked ?? defaultSort(filter);
  const direction = dir ?? defaultDirections[sort];
  return {
    query: { filter, sort, direction, cursor },
    problems: [...problems, ...position.problems],
  };
}

/** The parameters under the names that filters have now; a filter that is given under both is asked once. */
export const { withCurrentNames } = itemFilters;

/** The first of these of which a filter asks one stretch is the order that an index has. */
const stretched = [
  'resource_id',
  'last_fetched_at',
  'created_at',
] as const satisfies readonly WorkItemSort[];

/** The order in which a filter's range is one stretch of an index; by creation where there is none. */
export function defaultSort(filter: WorkItemFilter): WorkItemSort {
  const given = givenFilters(filter);
  if (given.some(({ filter: { isSelective } }) => isSelective)) return 'created_at';
  const columns = given.flatMap(({ filter: { where }, value }) =>
    where(value).flatMap((ask) => (ask.is === 'stretch' ? [ask.column] : [])),
  );
  return stretched.find((sort) => columns.includes(sort)) ?? 'created_at';
}
