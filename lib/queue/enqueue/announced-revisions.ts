/** Items that a list now names as another revision than was fetched are due again, whatever their interval says. */
import { chunksOf } from '#db/chunks.ts';
import type { Session } from '#db/engine.ts';
import { dedupeKeyOf } from '../dedupe-key.ts';
import { statusIs } from '../lease/leased-item.ts';
import type { NewWorkItem } from '../model.ts';

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
  for (const keys of chunksOf([...announced.keys()])) {
    const known = await tx.q
      .selectFrom('work_items')
      .select(['work_item_id', 'dedupe_key', 'revision'])
      .where('dedupe_key', 'in', keys)
      .where('status', '=', statusIs('completed'))
      .execute();
    const others = known.filter(
      ({ dedupe_key: key, revision }) => announced.get(key)?.revision !== revision,
    );
    const byMetadata = Map.groupBy(others, ({ dedupe_key: key }) =>
      JSON.stringify(announced.get(key)?.metadata ?? null),
    );
    for (const [metadata, rows] of byMetadata) {
      const updated = await tx.q
        .updateTable('work_items')
        .set({ next_fetch_at: tx.engine.now(), metadata: metadata === 'null' ? null : metadata })
        .where(
          'work_item_id',
          'in',
          rows.map((row) => row.work_item_id),
        )
        .where('status', '=', statusIs('completed'))
        // A person's plan stands above what the site says.
        .where('refetch', 'is', null)
        .executeTakeFirst();
      due += Number(updated.numUpdatedRows);
    }
  }
  return due;
}
