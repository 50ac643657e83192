/** Pages a site says have changed (`lastmod` of its sitemap) are due again, whatever their interval says. */

import { chunksOf } from '#db/chunks.ts';
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { dedupeKeyOf } from '../dedupe-key.ts';
import { statusIs } from '../lease/leased-item.ts';
import type { NewWorkItem } from '../model.ts';

/**
 * Makes completed items due that were last fetched before the change which `changedAt` of the same item in
 * `found` announces. Returns how many. Items that are not known yet need nothing: they are new.
 */
export async function recordAnnouncedChanges(
  tx: Session,
  found: readonly NewWorkItem[],
): Promise<number> {
  const announced = new Map<string, Instant>();
  for (const item of found) {
    if (item.changedAt !== undefined) announced.set(dedupeKeyOf(item), item.changedAt);
  }
  let due = 0;
  for (const keys of chunksOf([...announced.keys()])) {
    const known = await tx.q
      .selectFrom('work_items')
      .select(['work_item_id', 'dedupe_key', 'last_fetched_at'])
      .where('dedupe_key', 'in', keys)
      .where('status', '=', statusIs('completed'))
      .execute();
    const stale = known.filter(
      ({ dedupe_key: key, last_fetched_at: fetchedAt }) =>
        fetchedAt !== null && fetchedAt < (announced.get(key) ?? ''),
    );
    if (stale.length === 0) continue;
    const now = tx.engine.now();
    const ids = stale.map((row) => row.work_item_id);
    const updated = await tx.q
      .updateTable('work_items')
      .set({ next_fetch_at: now })
      .where('work_item_id', 'in', ids)
      .where('status', '=', statusIs('completed'))
      // A person's plan stands above what the site says.
      .where('refetch', 'is', null)
      .where((eb) => eb.or([eb('next_fetch_at', 'is', null), eb('next_fetch_at', '>', now)]))
      .executeTakeFirst();
    due += Number(updated.numUpdatedRows);
  }
  return due;
}
