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
 * Makes completed items due whose `revision` in `found` is not the one they were fetched as. Those that wait or are
 * completed get the metadata they were found with: by those they are read. Returns how many are due.
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
  for (const keys of chunksOf([...announced.keys()])) {
    const known = await tx.q
      .selectFrom('work_items')
      .select(['work_item_id', 'dedupe_key', 'status', 'revision', 'metadata'])
      .where('dedupe_key', 'in', tx.engine.listed(keys, 'exactly'))
      .where('status', 'in', waitingOrCompleted)
      .execute();
    const metadataOf = (key: string) => textOf(announced.get(key)?.metadata);
    const moved = known.filter((row) => row.metadata !== metadataOf(row.dedupe_key));
    const byMetadata = Map.groupBy(moved, (row) => metadataOf(row.dedupe_key));
    for (const [metadata, rows] of byMetadata) {
      await amongItems(tx, rows)
        .where('status', 'in', waitingOrCompleted)
        .set({ metadata })
        .execute();
    }
    const changed = known.filter(
      ({ dedupe_key: key, status, revision }) =>
        status === 'completed' && revision !== announced.get(key)?.revision,
    );
    if (changed.length === 0) continue;
    const updated = await completedUnpinned(tx, changed)
      .set({ next_fetch_at: tx.engine.now() })
      .executeTakeFirst();
    due += Number(updated.numUpdatedRows);
  }
  return due;
}

const waitingOrCompleted = (['completed', 'pending'] as const).map(statusIs);

/** As its column holds it. */
const textOf = (metadata: NewWorkItem['metadata']): string | null =>
  metadata == null ? null : JSON.stringify(metadata);

async function* completedAmong(tx: Session, keys: readonly string[]) {
  for (const some of chunksOf(keys)) {
    yield await tx.q
      .selectFrom('work_items')
      .select(['work_item_id', 'dedupe_key', 'last_fetched_at'])
      .where('dedupe_key', 'in', tx.engine.listed(some, 'exactly'))
      .where('status', '=', statusIs('completed'))
      .execute();
  }
}

type Rows = readonly { readonly work_item_id: string }[];

const amongItems = ({ q, engine }: Session, rows: Rows) =>
  q
    .updateTable('work_items')
    .where('work_item_id', 'in', engine.listed(rows.map((row) => row.work_item_id)));

/** A person's plan stands above what the site says. */
const completedUnpinned = (tx: Session, rows: Rows) =>
  amongItems(tx, rows).where('status', '=', statusIs('completed')).where('refetch', 'is', null);
