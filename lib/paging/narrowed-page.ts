/** Pages of lists that leave out what somebody does not see, row by row: where no condition in SQL tells it. */
import type { Sight } from '#lib/actor/model.ts';
import type { ListPage } from './list-page.ts';

/** Pages that are read for one: what is left of a list beyond it is asked for with its cursor. */
const mostRounds = 100;

interface Asked {
  readonly cursor: string | undefined;
  readonly limit: number | undefined;
}

const usualLimit = 50;

/**
 * The page as it is for whoever sees all sources. For others it goes on until it is full, so that its end is a row
 * that they see: a cursor names a row, and would tell of one that they do not.
 */
export async function narrowedPage<T>(
  sight: Sight,
  { cursor, limit }: Asked,
  list: (asked: Asked) => Promise<ListPage<T>>,
  isSeen: (row: T) => boolean | Promise<boolean>,
): Promise<ListPage<T>> {
  if (sight === null) return list({ cursor, limit });
  const most = limit ?? usualLimit;
  const rows: T[] = [];
  let next = cursor;
  for (let round = 0; round < mostRounds; round += 1) {
    const page = await list({ cursor: next, limit: most - rows.length });
    for (const row of page.rows) if (await isSeen(row)) rows.push(row);
    next = page.next ?? undefined;
    if (next === undefined || rows.length === most) return { ...page, rows, previous: null };
  }
  return { rows, next: next ?? null, previous: null, searched: null, sortedAmong: null };
}
