/**
 * By which index a list is read. Four ways, each bounded whatever the size of the table: all rows of
 * a small equal group, sorted; an index in the order of the list; a window of such an index, whose
 * rows are tested one by one; or, in an order that has no index, the newest rows, sorted.
 */
import { type Expression, type RawBuilder, sql } from 'kysely';
import type { Engine } from '#db/engine.ts';
import type { KeysetOrder } from './keyset.ts';
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
  /** All of the group as one condition, where there is one; else its branches are. */
  readonly whole?: RawBuilder<boolean>;
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

/** The newest rows, as many as one can sort; those behind them are not in the list. */
export interface Newest {
  readonly kind: 'newest';
  readonly branches: readonly RawBuilder<boolean>[];
  readonly tests: readonly RawBuilder<boolean>[];
  /** What is newest. */
  readonly along: KeysetOrder;
}

export type AccessPath = Walk | SmallGroup | Newest;

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
}): Promise<Walk | SmallGroup> {
  const walk = walkOf(input);
  if (walk.tests.length === 0) return walk;
  return (await smallGroupOf(input)) ?? walk;
}

/**
 * The same for an order without an index: a group that `isSmall`, the table itself if it is, else the newest rows
 * in the order `along`, of the group that has that order.
 */
export async function chooseWithoutIndex<K extends string>(input: {
  readonly conditions: readonly Condition<K>[];
  readonly groups: readonly Group<K>[];
  readonly along: KeysetOrder;
  readonly isSmall: (where: RawBuilder<boolean>) => Promise<boolean>;
}): Promise<SmallGroup | Newest> {
  const { conditions, groups, along, isSmall } = input;
  const small = await smallGroupOf(input);
  if (small) return small;
  const group = groups.find(({ order }) => order === along.sort);
  const tests = testsBut(conditions, group?.keys ?? []);
  const all = sql<boolean>`1 = 1`;
  if (group === undefined && (await isSmall(all))) return { kind: 'group', where: all, tests };
  return { kind: 'newest', branches: group?.branches ?? [], tests, along };
}

async function smallGroupOf<K extends string>({
  conditions,
  groups,
  isSmall,
}: {
  readonly conditions: readonly Condition<K>[];
  readonly groups: readonly Group<K>[];
  readonly isSmall: (where: RawBuilder<boolean>) => Promise<boolean>;
}): Promise<SmallGroup | null> {
  for (const group of groups) {
    const where = group.whole ?? anyOf(group.branches);
    if (await isSmall(where)) {
      return { kind: 'group', where, tests: testsBut(conditions, group.keys) };
    }
  }
  return null;
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
