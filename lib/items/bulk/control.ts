/** What a person does to a running bulk action: stop it, or change how fast it goes. */
import type { Db } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { parseInput } from '#lib/errors/parse-input.ts';
import { requireBulkAction } from './get.ts';
import { throttleSchema } from './model.ts';
import { bulkVerb } from './words.ts';

/**
 * Stops the action after the chunk that is being worked on; what it has changed stays changed. Stopping
 * it again changes nothing.
 * @throws AppError `forbidden`, `not_found`, `conflict` when it has ended otherwise
 */
export async function abortBulkAction(db: Db, actor: Actor, bulkActionId: string): Promise<void> {
  requirePermission(actor, 'work-items:change');
  await db.transaction(async (tx) => {
    const now = tx.engine.now();
    const result = await tx.q
      .updateTable('bulk_actions')
      .set({ status: 'aborted', finished_at: now, updated_at: now, lease_owner: null })
      .where('bulk_action_id', '=', bulkActionId)
      .where('status', '=', 'running')
      .executeTakeFirst();
    const action = await requireBulkAction(tx, bulkActionId);
    if (Number(result.numUpdatedRows) === 1) {
      await recordAudit(tx, actor, {
        action: 'bulk-action.abort',
        targetType: 'bulk-action',
        targetId: bulkActionId,
        summary: `Stopped a background action: ${bulkVerb(action.change)}, after ${action.processed} items`,
      });
    } else if (action.status !== 'aborted') {
      throw new AppError('conflict', 'It has ended already.');
    }
  });
}

/**
 * Sets how many items a second it looks at; null = as fast as it goes.
 * @throws AppError `forbidden`, `input_invalid`, `not_found`, `conflict` when it has ended
 */
export async function setBulkThrottle(
  db: Db,
  actor: Actor,
  bulkActionId: string,
  itemsPerSecond: number | null,
): Promise<void> {
  requirePermission(actor, 'work-items:change');
  const wanted = parseInput(throttleSchema.nullable(), itemsPerSecond);
  await db.transaction(async (tx) => {
    const before = await requireBulkAction(tx, bulkActionId);
    const result = await tx.q
      .updateTable('bulk_actions')
      .set({ items_per_second: wanted, next_chunk_at: null, updated_at: tx.engine.now() })
      .where('bulk_action_id', '=', bulkActionId)
      .where('status', '=', 'running')
      .executeTakeFirst();
    if (Number(result.numUpdatedRows) !== 1) {
      throw new AppError('conflict', 'It has ended already.');
    }
    if (before.itemsPerSecond === wanted) return;
    await recordAudit(tx, actor, {
      action: 'bulk-action.throttle',
      targetType: 'bulk-action',
      targetId: bulkActionId,
      summary:
        wanted === null
          ? 'Lifted the speed limit of a background action'
          : `Limited a background action to ${wanted} items a second`,
      before: { itemsPerSecond: before.itemsPerSecond },
      after: { itemsPerSecond: wanted },
    });
  });
}
