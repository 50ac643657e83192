import type { Db } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { requireSource } from './get-source.ts';

/**
 * Takes a source away: its secrets are erased, its items and records stay and are no longer
 * claimed, its name is free again. `itemsLeft` says how many items stay. Throws `source_unknown`.
 */
export async function deleteSource(
  db: Db,
  actor: Actor,
  nameOrId: string,
): Promise<{ readonly itemsLeft: number }> {
  requirePermission(actor, 'sources:change');
  return db.transaction(async (tx) => {
    const source = await requireSource(tx, nameOrId);
    const counters = await tx.engine.readTotals(tx);
    const itemsLeft = counters
      .filter((row) => row.source_system === source.type && row.source_name === source.name)
      .reduce((sum, row) => sum + Number(row.item_count), 0);
    await tx.q
      .updateTable('sources')
      .set({ deleted_at: tx.engine.now(), updated_at: tx.engine.now(), enabled: 0 })
      .where('source_id', '=', source.sourceId)
      .execute();
    await tx.q.deleteFrom('source_secrets').where('source_id', '=', source.sourceId).execute();
    await recordAudit(tx, actor, {
      action: 'source.delete',
      targetType: 'source',
      targetId: source.sourceId,
      summary: `Deleted source ${source.name}; ${itemsLeft} items stay`,
      before: {
        name: source.name,
        type: source.type,
        settings: source.settings,
        seeds: source.seeds,
      },
    });
    return { itemsLeft };
  });
}
