/** How many rows a filter finds: exact where that is cheap, else with a bound that says so. */
import { type RawBuilder, sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import { isStatementTimeout } from '#db/errors.ts';
import type { Database } from '#db/schema.ts';
import type { AccessPath } from './access-path.ts';
import { type KeysetOrder, planKeyset } from './keyset.ts';
import { type ListTable, searchWindow, stretchesOf } from './list-page.ts';
import { type Stretch, segmentsOf } from './segments.ts';

const countTimeoutMs = 2_000;
/** Counting stops here: an exact total of a filtered million rows is not worth its cost. */
export const countCap = 10_000;

export type CountResult =
  | { readonly kind: 'exact'; readonly count: number }
  /** More than `countCap`. */
  | { readonly kind: 'more'; readonly than: number }
  /** So many among the first `searched` rows of the list; the others were not searched. */
  | { readonly kind: 'at_least'; readonly count: number; readonly searched: number }
  /** Counting took too long and was given up. */
  | { readonly kind: 'unknown' };

/**
 * In an order that an index has. What the index knows is counted up to `countCap`, anything else among the first `searchWindow` rows in
 * `order`; `unknown` after two seconds.
 */
export async function countRows<TB extends keyof Database, R extends { readonly id: string }>(
  session: Session,
  table: ListTable<TB, R>,
  order: KeysetOrder,
  choose: (s: Session) => Promise<AccessPath>,
): Promise<CountResult> {
  try {
    return await session.engine.withTimeout(session, countTimeoutMs, async (s) =>
      countAlong(s, table, order, await choose(s)),
    );
  } catch (error) {
    if (isStatementTimeout(error)) {
      return { kind: 'unknown' };
    }
    throw error;
  }
}

async function countAlong<TB extends keyof Database, R extends { readonly id: string }>(
  session: Session,
  table: ListTable<TB, R>,
  order: KeysetOrder,
  path: AccessPath,
): Promise<CountResult> {
  if (path.kind === 'group') {
    const { found } = await countFirst(session, table, [path.where], path.tests, countCap);
    return { kind: 'exact', count: found };
  }
  // Where the order has no index, the newest are counted, as they are listed.
  const [by, range] =
    path.kind === 'newest' ? [path.along, { bounds: [], nulls: true }] : [order, path.range];
  const plan = planKeyset(session.engine, by, {});
  const most = path.tests.length > 0 ? searchWindow : countCap + 1;
  let found = 0;
  let searched = 0;
  for (const { whole } of segmentsOf(session.engine, by, plan, range)) {
    for (const stretch of stretchesOf(path.branches, whole)) {
      const rest = most - searched;
      const some = await countFirst(session, table, stretch, path.tests, rest, plan.orderBy);
      found += some.found;
      searched += some.searched;
      if (searched < most) continue;
      return path.tests.length > 0
        ? { kind: 'at_least', count: found, searched }
        : { kind: 'more', than: countCap };
    }
  }
  return { kind: 'exact', count: found };
}

/** Of the first `most` rows of a stretch, how many there are and how many pass the tests. */
async function countFirst<TB extends keyof Database, R extends { readonly id: string }>(
  session: Session,
  table: ListTable<TB, R>,
  stretch: Stretch,
  tests: readonly RawBuilder<boolean>[],
  most: number,
  orderBy?: RawBuilder<unknown>,
): Promise<{ readonly found: number; readonly searched: number }> {
  const rows = stretch.reduce((query, one) => query.where(one), table.from(session));
  const ordered = orderBy ? rows.orderBy(orderBy) : rows;
  const passes = tests.length > 0 ? sql`${sql.join(tests, sql` and `)}` : sql`1 = 1`;
  const tested = ordered.select(sql<number>`case when ${passes} then 1 else 0 end`.as('passes'));
  const row = await session.q
    .selectFrom(session.engine.take(tested, most).as('tested'))
    .select(sql<number>`count(*)`.as('searched'))
    .select(sql<number>`coalesce(sum(passes), 0)`.as('found'))
    .executeTakeFirstOrThrow();
  return { found: Number(row.found), searched: Number(row.searched) };
}
