/** Items of which a list says that they are no longer what was fetched are due again, whatever their interval says. */
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
  for await (const known of completedAmong(tx, [...announced.keys()])) {
    const stale = known.filter(
      ({ dedupe_key: key, last_fetched_at: fetchedAt }) =>
        fetchedAt !== null && fetchedAt < (announced.get(key) ?? ''),
    );
    if (stale.length === 0) continue;
    const now = tx.engine.now();
    const updated = await completedUnpinned(tx, stale)
      .set({ next_fetch_at: now })
      .where((eb) => eb.or([eb('next_fetch_at', 'is', null), eb('next_fetch_at', '>', now)]))
      .executeTakeFirst();
    due += Number(updated.numUpdatedRows);
  }
  return due;
}

/**
 * Makes completed items due whose `revision` in `found` is not the one they were fetched as, and gives them the
 * metadata they were found with: by those they are read. Returns how many.
 */
export async function recordAnnouncedRevisions(
  tx: Session,
  found: readonly NewWorkItem[],
): Promise<number> {
  const announced = new Map<string, NewWorkItem>();
  for (const item of found) {
    if (item.revision !== undefined) announced.set(dedupeKeyOf(item), item);
  }
  let due = 0;
  for await (const known of completedAmong(tx, [...announced.keys()])) {
    const others = known.filter(
      ({ dedupe_key: key, revision }) => announced.get(key)?.revision !== revision,
    );
    const byMetadata = Map.groupBy(others, ({ dedupe_key: key }) =>
      JSON.stringify(announced.get(key)?.metadata ?? null),
    );
    for (const [metadata, rows] of byMetadata) {
      const updated = await completedUnpinned(tx, rows)
        .set({ next_fetch_at: tx.engine.now(), metadata: metadata === 'null' ? null : metadata })
        .executeTakeFirst();
      due += Number(updated.numUpdatedRows);
    }
  }
  return due;
}

async function* completedAmong(tx: Session, keys: readonly string[]) {
  for (const some of chunksOf(keys)) {
    yield await tx.q
      .selectFrom('work_items')
      .select(['work_item_id', 'dedupe_key', 'last_fetched_at', 'revision'])
      .where('dedupe_key', 'in', some)
      .where('status', '=', statusIs('completed'))
      .execute();
  }
}

/** A person's plan stands above what the site says. */
const completedUnpinned = ({ q }: Session, rows: readonly { readonly work_item_id: string }[]) =>
  q
    .updateTable('work_items')
    .where(
      'work_item_id',
      'in',
      rows.map((row) => row.work_item_id),
    )
    .where('status', '=', statusIs('completed'))
    .where('refetch', 'is', null);
