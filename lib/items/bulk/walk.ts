/**
 * The walk over the items of a scope: in order of creation, which no change moves, so that every item is
 * met once whatever becomes of its status; or in the order in which they were named.
 */
import type { Session } from '#db/engine.ts';
import { decodeCursor, encodeCursor } from '#lib/paging/cursor.ts';
import type { WorkItemFilter } from '../list/filter.ts';
import { listWorkItems } from '../list/list.ts';
import { type FrozenScope, frozenFilter } from './frozen-scope.ts';

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
