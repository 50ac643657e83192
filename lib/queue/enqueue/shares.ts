/** Found items that are but so many of their kind: beyond the share of a host or folder nothing is enqueued. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { NewWorkItem } from '../model.ts';

/**
 * Of new items in their order, those that go beyond a share. Others may enqueue at the same time: by what they bring
 * a share may be exceeded, and no more is taken once they have committed.
 */
export async function beyondShares<T extends { readonly item: NewWorkItem }>(
  tx: Session,
  fresh: readonly T[],
): Promise<Set<T>> {
  const beyond = new Set<T>();
  const rooms = new Map<string, number>();
  for (const one of fresh) {
    const { shares = [], sourceName } = one.item;
    const keys: string[] = [];
    for (const { idPrefix, most } of shares) {
      const key = JSON.stringify([sourceName, idPrefix]);
      if (!rooms.has(key)) rooms.set(key, most - (await countOf(tx, sourceName, idPrefix)));
      keys.push(key);
    }
    if (keys.some((key) => (rooms.get(key) ?? 0) <= 0)) beyond.add(one);
    else for (const key of keys) rooms.set(key, (rooms.get(key) ?? 0) - 1);
  }
  return beyond;
}

/** By the index of resource ids; of a share that is used up there are hardly more than it allows. */
async function countOf(tx: Session, sourceName: string, idPrefix: string): Promise<number> {
  const row = await tx.q
    .selectFrom('work_items')
    .select((eb) => eb.fn.countAll().as('count'))
    .where(tx.engine.isExactly(sql.ref('source_name'), sourceName))
    .where(tx.engine.startsWith(sql.ref('resource_id'), idPrefix))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}
