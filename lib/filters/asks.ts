/** What filters ask in SQL, and by which index a list whose state is its filters alone is read. */
import { type RawBuilder, sql } from 'kysely';
import type { Engine } from '#db/engine.ts';
import {
  type AccessPath,
  type ColumnOf,
  type Condition,
  chooseAccessPath,
  condition,
  type Group,
  rangeCondition,
} from '#lib/paging/access-path.ts';
import type { SortBounds } from '#lib/paging/segments.ts';
import type { Ask, Bound, FilterDefinition } from './filter.ts';

type Asked = Pick<FilterDefinition<string, unknown>, 'where'> & { readonly name: string };

/**
 * What one filter asks. The first condition has its name as key, by which groups refer to it.
 * @param asOf the moment that times ago are counted from; absent = the database's now
 */
export function conditionsOf(
  engine: Engine,
  ref: ColumnOf,
  { name, where }: Asked,
  value: unknown,
  asOf?: string,
): Condition[] {
  return where(value).map((ask, at) => {
    const key = at === 0 ? name : `${name} ${at}`;
    return ask.is === 'stretch'
      ? rangeCondition(engine, ref, key, ask.column, boundsOf(engine, ask.bound, asOf))
      : condition(engine, ref, key, (of) => testOf(engine, ask, of));
  });
}

function testOf(
  engine: Engine,
  ask: Exclude<Ask, { is: 'stretch' }>,
  of: ColumnOf,
): RawBuilder<boolean> {
  switch (ask.is) {
    case 'equal':
      return sql`${of(ask.column)} = ${ask.value}`;
    case 'one of':
      return ask.words.length === 1
        ? sql`${of(ask.column)} = ${literals(ask.words)}`
        : sql`${of(ask.column)} in (${literals(ask.words)})`;
    case 'none of':
      return ask.nullable
        ? sql`(${of(ask.column)} is null or ${of(ask.column)} not in (${literals(ask.words)}))`
        : sql`${of(ask.column)} not in (${literals(ask.words)})`;
    case 'exactly':
      return engine.isExactly(of(ask.column), ask.text);
    case 'contains': {
      const anywhere = ask.columns.map((column) => engine.contains(of(column), ask.text));
      return sql`(${sql.join(anywhere, sql` or `)})`;
    }
    case 'in partial index': {
      const isIt = sql<boolean>`${of(ask.column)} = ${ask.value}`;
      // The index is used where its own condition is repeated.
      return ask.value >= ask.indexedFrom
        ? sql`${isIt} and ${of(ask.column)} >= ${sql.lit(ask.indexedFrom)}`
        : isIt;
    }
    case 'set':
      return sql`${of(ask.column)} is not null`;
    case 'at least':
      return sql`${of(ask.column)} >= ${ask.value}`;
  }
}

const literals = (words: readonly string[]) => sql.join(words.map((word) => sql.lit(word)));

function boundsOf(engine: Engine, bound: Bound, asOf: string | undefined) {
  return (column: ReturnType<ColumnOf>): SortBounds => {
    if ('startsWith' in bound) return { within: engine.startsWith(column, bound.startsWith) };
    if ('from' in bound) return { from: sql`${column} >= ${bound.from}` };
    if ('upTo' in bound) return { to: sql`${column} <= ${bound.upTo}` };
    if ('since' in bound) return { from: sql`${column} >= ${engine.instantParam(bound.since)}` };
    if ('before' in bound) return { to: sql`${column} < ${engine.instantParam(bound.before)}` };
    return { to: sql`${column} <= ${momentAgo(engine, bound.msAgo, asOf)}` };
  };
}

function momentAgo(engine: Engine, ms: number, asOf: string | undefined) {
  if (asOf !== undefined) return engine.instantParam(new Date(Date.parse(asOf) - ms).toISOString());
  return ms === 0 ? engine.now() : engine.nowPlus(-ms);
}

/** A filter that is asked for, and with what. */
export interface Given {
  readonly filter: FilterDefinition<string, unknown>;
  readonly value: unknown;
}

/**
 * The way of a list in one order: a group that an index has of a filter, a stretch of the order's own index, else a
 * window of rows that are tested.
 * @param ref a column of the list's table
 */
export function pathOfFilters(input: {
  readonly engine: Engine;
  readonly ref: ColumnOf;
  readonly given: readonly Given[];
  readonly sort: string;
  readonly sortColumn: string;
  readonly isSmall: (where: RawBuilder<boolean>) => Promise<boolean>;
}): Promise<AccessPath> {
  const { engine, ref, given, ...order } = input;
  const conditions = given.flatMap(({ filter, value }) => conditionsOf(engine, ref, filter, value));
  const groups = given
    .flatMap(({ filter, value }) =>
      filter.group && (filter.group.when?.(value) ?? true)
        ? [{ ...filter.group, name: filter.name, asks: filter.where(value) }]
        : [],
    )
    .toSorted((a, b) => a.rank - b.rank)
    .flatMap(({ name, asks: [first], order: sorted }): Group[] => {
      const found = conditions.find(({ key }) => key === name);
      if (!found) return [];
      // Of several words an index has each in its order.
      const branches =
        first.is === 'one of'
          ? first.words.map((word) => testOf(engine, { ...first, words: [word] }, ref))
          : [found.seek];
      return [{ keys: [name], branches, order: sorted }];
    });
  return chooseAccessPath({ conditions, groups, ...order });
}
