/**
 * The items of a bulk action as they were when a person confirmed it: a list's filter and a moment, or ids.
 * What begins to match later does not belong to it. They are walked in order of creation, which no change
 * moves, so that every item is met once whatever becomes of its status; or in the order in which they were
 * named.
 */
import { z } from 'zod';
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { nearest } from '#lib/config/zod-hints.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { LocalClock } from '#lib/filters/zones.ts';
import { readNow } from '#lib/now.ts';
import type { CountResult } from '#lib/paging/capped-count.ts';
import { decodeCursor, encodeCursor } from '#lib/paging/cursor.ts';
import type { ParameterProblem } from '#lib/paging/parameters.ts';
import { filters, itemFilters } from '../list/filters/registry.ts';
import { countWorkItems, listWorkItems } from '../list/list.ts';
import { parseWorkItemQuery, type WorkItemFilter, withCurrentNames } from '../list/query.ts';
import { type BulkScope, bulkScopeSchema } from './model.ts';

export const frozenScopeSchema = z.intersection(bulkScopeSchema, z.object({ asOf: z.string() }));
export type FrozenScope = z.output<typeof frozenScopeSchema>;

const lastingOf = new Map<string, boolean>(filters.map(({ name, lasts }) => [name, lasts]));

/**
 * Freezes a scope.
 * @param asOf a moment it was frozen at before; never later than the database's now
 * @throws AppError `input_invalid` when a parameter is not understood: a list ignores it and says so, a
 *   change of everything else must not
 */
export async function freezeScope(
  s: Session,
  scope: BulkScope,
  asOf?: string,
): Promise<FrozenScope> {
  const now = await readNow(s);
  const moment = asOf === undefined ? now : new Date(asOf).toISOString();
  const at = { asOf: earlier(moment, now) };
  if ('ids' in scope) return { ids: [...new Set(scope.ids)], ...at };
  // What is left relative here was written by a program, whose days are those of UTC.
  const fixed = withFixedTimes(scope.filter, { now: at.asOf, zone: 'UTC' });
  refuseUnknown(Object.keys(fixed.filter));
  const filter = Object.fromEntries(
    Object.entries(fixed.filter).filter(([name, value]) => lastingOf.has(name) && value !== ''),
  );
  const [problem] = [...fixed.problems, ...parseWorkItemQuery(filter).problems];
  if (problem) {
    throw new AppError('input_invalid', problem.message, {
      remedy: 'Correct or remove this filter.',
      fields: { [`scope.filter.${problem.parameter}`]: problem.message },
    });
  }
  return { filter, ...at };
}

const placeOfList = ['sort', 'dir', 'cursor'];

/** One letter wrong in a name, and the change would be of everything. */
function refuseUnknown(names: readonly string[]): void {
  const unknown = names.find((name) => !lastingOf.has(name) && !placeOfList.includes(name));
  if (unknown === undefined) return;
  const near = nearest(unknown, itemFilters.names);
  const message = `There is no filter “${unknown}”.${near === null ? '' : ` Did you mean “${near}”?`}`;
  throw new AppError('input_invalid', message, {
    remedy: 'Correct or remove this filter.',
    fields: { [`scope.filter.${unknown}`]: message },
  });
}

/** A filter whose times are instants: `yesterday` is another day to whoever reads the scope later. */
export function withFixedTimes(
  filter: Readonly<Record<string, string>>,
  clock: LocalClock,
): { readonly filter: Record<string, string>; readonly problems: readonly ParameterProblem[] } {
  const { raw, problems } = itemFilters.expand(filter, clock);
  return {
    filter: Object.fromEntries(
      Object.entries(raw).map(([name, value]) => [name, String(value)] as const),
    ),
    problems,
  };
}

/** The filter as the list asks it at the moment of freezing. */
function filterAt({ filter, asOf }: { filter: Record<string, string>; asOf: Instant }) {
  return { ...parseWorkItemQuery(filter).query.filter, asOf };
}

/** The filter that finds of its items those that are still the same. */
function frozenFilter(frozen: { filter: Record<string, string>; asOf: Instant }): WorkItemFilter {
  const filter = filterAt(frozen);
  const end = justAfter(frozen.asOf);
  return {
    ...filter,
    created_to: earlier(filter.created_to, end),
    ...(unchangedSince(frozen) === undefined
      ? {}
      : { updated_to: earlier(filter.updated_to, end) }),
  };
}

/**
 * The moment after which an item may have changed no more to belong to the scope. Undefined where the
 * scope asks for nothing that changes: what was fetched in the meantime still belongs to it.
 */
export function unchangedSince(frozen: FrozenScope): Instant | undefined {
  if ('ids' in frozen) return undefined;
  const lasts = Object.keys(withCurrentNames(frozen.filter)).every((name) => lastingOf.get(name));
  return lasts ? undefined : frozen.asOf;
}

/** The end of a range is exclusive, and the moment itself still belongs to it. */
const justAfter = (moment: Instant) => new Date(Date.parse(moment) + 1).toISOString();

const earlier = (end: string | undefined, other: string) =>
  end !== undefined && end < other ? end : other;

const order = { sort: 'created_at', direction: 'asc' } as const;

/** Where matches are rare, the search for a full stretch ends here, ms. */
const longestSearchMs = 3_000;

export interface Stretch {
  readonly ids: readonly string[];
  /** Where the walk stands after it: creation time and id of the last item, or a count of named items. */
  readonly position: string | null;
  readonly isLast: boolean;
}

/**
 * The next items of a scope after a position, at most `limit`; possibly none although more follow,
 * where matches are rare. Throws DatabaseError `db_statement_timeout`.
 */
export function nextStretch(
  s: Session,
  scope: FrozenScope,
  after: string | null,
  limit: number,
): Promise<Stretch> {
  return 'ids' in scope
    ? Promise.resolve(namedStretch(scope.ids, Number(after ?? 0), limit))
    : foundStretch(s, frozenFilter(scope), after, limit);
}

function namedStretch(ids: readonly string[], from: number, limit: number): Stretch {
  const to = Math.min(from + limit, ids.length);
  return { ids: ids.slice(from, to), position: String(to), isLast: to === ids.length };
}

async function foundStretch(
  s: Session,
  filter: WorkItemFilter,
  after: string | null,
  limit: number,
): Promise<Stretch> {
  const ids: string[] = [];
  let cursor = after === null ? undefined : cursorOf(after);
  const startedAt = performance.now();
  while (ids.length < limit && performance.now() - startedAt < longestSearchMs) {
    const page = await listWorkItems(
      s,
      { filter, ...order, cursor },
      { limit: limit - ids.length },
    );
    ids.push(...page.rows.map((item) => item.workItemId));
    if (page.next === null) return { ids, position: after, isLast: true };
    cursor = page.next;
  }
  return { ids, position: cursor === undefined ? null : positionOf(cursor), isLast: false };
}

function positionOf(cursor: string): string {
  const { value, id } = decodeCursor(cursor, order);
  return `${value} ${id}`;
}

function cursorOf(position: string): string {
  const at = position.lastIndexOf(' ');
  return encodeCursor({
    ...order,
    way: 'after',
    value: position.slice(0, at),
    id: position.slice(at + 1),
  });
}

/** How many items a frozen scope has, as exactly as can be counted in two seconds. */
export function countScope(s: Session, scope: FrozenScope): Promise<CountResult> {
  return 'ids' in scope
    ? Promise.resolve({ kind: 'exact', count: scope.ids.length })
    : countWorkItems(s, filterAt(scope));
}
