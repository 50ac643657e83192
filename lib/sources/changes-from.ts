/** From when on a source is asked for changes: the beginning of the last run in which nothing of it failed. */
import type { Db } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { statusIs } from '#lib/queue/lease/leased-item.ts';

/**
 * Moves it on for those of the named sources of which nothing failed in the run; never back. Call it once the run has
 * done all there was to do.
 */
export async function moveChangesFrom(
  db: Db,
  sourceNames: readonly string[],
  { runId, startedAt }: { readonly runId: string; readonly startedAt: Instant },
): Promise<void> {
  const { q } = db;
  for (const name of sourceNames) {
    const failed = q
      .selectFrom('work_items')
      .select('work_item_id')
      .where('run_id', '=', runId)
      .where('status', '=', statusIs('failed'))
      .where('source_name', '=', name);
    await q
      .updateTable('sources')
      .set({ changes_from: startedAt })
      .where('name', '=', name)
      .where('deleted_at', 'is', null)
      .where((eb) => eb.or([eb('changes_from', 'is', null), eb('changes_from', '<', startedAt)]))
      .where(({ not, exists }) => not(exists(failed)))
      .execute();
  }
}
