/** From when on a source is asked for changes: the beginning of the last run in which nothing of it failed. */
import type { Db } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';

/**
 * Moves it on for those of the named sources of which nothing failed in the run; never back. Call it once the run has
 * done all there was to do.
 */
export async function moveChangesFrom(
  db: Db,
  sourceNames: readonly string[],
  { runId, startedAt }: { readonly runId: string; readonly startedAt: Instant },
): Promise<void> {
  for (const name of sourceNames) {
    if (await hasFailed(db, runId, name)) continue;
    await db.q
      .updateTable('sources')
      .set({ changes_from: startedAt })
      .where('name', '=', name)
      .where('deleted_at', 'is', null)
      .where((eb) => eb.or([eb('changes_from', 'is', null), eb('changes_from', '<', startedAt)]))
      .execute();
  }
}

async function hasFailed(db: Db, runId: string, name: string): Promise<boolean> {
  const failed = db.q
    .selectFrom('work_items')
    .select('work_item_id')
    .where('run_id', '=', runId)
    .where('status', '=', 'failed')
    .where('source_name', '=', name);
  return (await db.engine.take(failed, 1).execute()).length > 0;
}
