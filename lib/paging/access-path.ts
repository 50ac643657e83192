/**
 * By which index a list is read. Three ways, each bounded whatever the size of the table: all rows of
 * a small equal group, sorted; an index in the order of the list; or a window of such an index, whose
 * rows are tested one by one.
 */
import { type Expression, type RawBuilder, sql } from 'kysely';
import type { Engine } from '#db/engine.ts';
import type { BoundsOfFilter, SortBounds, SortRange } from './segments.ts';

/** Groups up to this many rows are read whole and sorted: some milliseconds on either engine. */
export const smallGroup = 10_000;

/** One thing a filter asks. */
export interface Condition<K extends string = string> {
  readonly key: K;
  /** As rows are tested for it: no index is chosen because of it. */
  readonly test: RawBuilder<boolean>;
  /** As an index is sought for it. */
  readonly seek: RawBuilder<boolean>;
  /** Set when it is one stretch of the index of this column. */
  readonly range?: {
    readonly column: string;
    readonly bounds: BoundsOfFilter;
  };
}

/** Gives a column as the plan wants it: to be sought, or only tested. */
export type ColumnOf = (column: string) => Expression<string>;

/** The condition in both of its forms; `ref` names a column of the list's table. */
export function condition<K extends string>(
  engine: Engine,
  ref: ColumnOf,
  key: K,
  make: (column: ColumnOf) => RawBuilder<boolean>,
): Condition<K> {
  return { key, test: make((column) => engine.unindexed(ref(column))), seek: make(ref) };
}

/** The same for a stretch of one column's index. */
export function rangeCondition<K extends string>(
  engine: Engine,
  ref: ColumnOf,
  key: K,
  column: string,
  make: (column: Expression<string>) => SortBounds,
): Condition<K> {
  const tested = engine.unindexed(ref(column));
  const seek = make(ref(column));
  return {
    key,
    test: allOf(make(tested)),
    seek: allOf(seek),
    range: { column, bounds: { seek, test: make(engine.unsought(ref(column))) } },
  };
}

function allOf({ from, to, within }: SortBounds): RawBuilder<boolean> {
  const bounds = [from, to, within].filter((bound) => bound !== undefined);
  return sql<boolean>`${sql.join(bounds, sql` and `)}`;
}

/** From a moment to another one, which does not belong to it. */
export function instantBounds(
  engine: Engine,
  time: Expression<string>,
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
): SortBounds {
  return {
    from: from === undefined ? undefined : sql<boolean>`${time} >= ${engine.instantParam(from)}`,
    to: to === undefined ? undefined : sql<boolean>`${time} < ${engine.instantParam(to)}`,
  };
}

/** Rows that an index finds by equality. */
export interface Group<K extends string = string> {
  /** The conditions that hold for all of them. */
  readonly keys: readonly K[];
  /** Together all of the group, disjoint; each is one stretch of an index. */
  readonly branches: readonly RawBuilder<boolean>[];
  /** The sort in whose order each branch is; null when in none. */
  readonly order: string | null;
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

/**
 * An index that knows the whole filter, else a group that `isSmall` (at most `smallGroup` rows; asked
 * in the order given), else a walk with tests. `sortColumn` is the column behind `sort`.
 */
export async function chooseAccessPath<K extends string>(input: {
  readonly conditions: readonly Condition<K>[];
  readonly groups: readonly Group<K>[];
  readonly sort: string;
  readonly sortColumn: string;
  readonly isSmall: (where: RawBuilder<boolean>) => Promise<boolean>;
}): Promise<AccessPath> {
  const { conditions, groups, isSmall } = input;
  const walk = walkOf(input);
  if (walk.tests.length === 0) return walk;
  for (const group of groups) {
    const where = anyOf(group.branches);
    if (await isSmall(where)) {
      return { kind: 'group', where, tests: testsBut(conditions, group.keys) };
    }
  }
  return walk;
}

function walkOf<K extends string>(input: {
  readonly conditions: readonly Condition<K>[];
  readonly groups: readonly Group<K>[];
  readonly sort: string;
  readonly sortColumn: string;
}): Walk {
  const { conditions, groups, sort, sortColumn } = input;
  const group = groups.find(({ order }) => order === sort);
  const inRange = conditions.flatMap(({ key, range }) =>
    range?.column === sortColumn ? [{ key, ...range }] : [],
  );
  return {
    kind: 'walk',
    branches: group?.branches ?? [],
    range: {
      bounds: inRange.map(({ bounds }) => bounds),
      // Nothing without a value is within a stretch.
      nulls: inRange.length === 0,
    },
    tests: testsBut(conditions, [...(group?.keys ?? []), ...inRange.map(({ key }) => key)]),
  };
}

const testsBut = <K extends string>(conditions: readonly Condition<K>[], served: readonly K[]) =>
  conditions.filter(({ key }) => !served.includes(key)).map(({ test }) => test);

const anyOf = (branches: readonly RawBuilder<boolean>[]) =>
  sql<boolean>`(${sql.join(
    branches.map((branch) => sql`(${branch})`),
    sql` or `,
  )})`;
