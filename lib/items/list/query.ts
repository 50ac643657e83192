/** The work-item list's address: its filters, order and position, read into what the list is asked for. */
import {
  choiceParameter,
  cursorParameter,
  type ParameterProblem,
  type RawParameters,
  readParameters,
} from '#lib/paging/parameters.ts';
import { type SortDirection, sortDirections } from '#lib/paging/sort-direction.ts';
import {
  currentName,
  type FilterValues,
  filterNames,
  filterSchemas,
  filters,
  givenFilters,
} from './filters/registry.ts';
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
export const workItemParameterNames = [...filterNames, 'sort', 'dir', 'cursor'] as const;

const parameters = {
  ...filterSchemas,
  sort: choiceParameter(workItemSorts),
  dir: choiceParameter(sortDirections),
  cursor: cursorParameter,
};

const ranges = filters.flatMap(({ name, endOf }) =>
  filterNames.filter((start) => start === endOf).map((start) => [start, name] as const),
);

/** Reads the address; what is out of range is ignored and reported. */
export function parseWorkItemQuery(raw: RawParameters): {
  readonly query: WorkItemQuery;
  readonly problems: readonly ParameterProblem[];
} {
  const { values, problems } = readParameters(parameters, withCurrentNames(raw), ranges);
  const { sort: asked, dir, cursor, ...filter } = values;
  const sort = asked ?? defaultSort(filter);
  const direction = dir ?? defaultDirections[sort];
  return { query: { filter, sort, direction, cursor }, problems };
}

/** The parameters under the names that filters have now; a filter that is given under both is asked once. */
export function withCurrentNames<V>(raw: Readonly<Record<string, V>>): Record<string, V> {
  const entries = Object.entries(raw).map(([name, value]) => [currentName(name), value] as const);
  return { ...Object.fromEntries(entries), ...pick(raw) };
}

/** What is there under its current name comes before what an alias says. */
const pick = <V>(raw: Readonly<Record<string, V>>) =>
  Object.fromEntries(Object.entries(raw).filter(([name]) => currentName(name) === name));

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
