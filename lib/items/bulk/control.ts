/** What a person does to a bulk action: stop it, change how fast it goes, undo it. */
import type { Db } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError, parseInput } from '#lib/errors/app-error.ts';
import {
  inOneRequest,
  insertBulkAction,
  type LaunchedBulkAction,
  requireBulk,
  requireSomeChange,
} from './launch.ts';
import { bulkVerb, throttleSchema } from './model.ts';
import { type BulkActionDetail, requireBulkAction } from './read.ts';

/**
 * Stops the action after the chunk that is being worked on; what it has changed stays changed. Stopping
 * it again changes nothing.
 * @throws AppError `forbidden`, `not_found`, `conflict` when it has ended otherwise
 */
export async function abortBulkAction(db: Db, actor: Actor, bulkActionId: string): Promise<void> {
  await db.transaction(async (tx) => {
    requireSomeChange(actor);
    await requireBulk(tx, actor, await requireBulkAction(tx, bulkActionId));
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
  const wanted = parseInput(throttleSchema.nullable(), itemsPerSecond);
  await db.transaction(async (tx) => {
    requireSomeChange(actor);
    const before = await requireBulkAction(tx, bulkActionId);
    await requireBulk(tx, actor, before);
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

/**
 * Launches another action, which puts back what an action changed, as far as the items have not moved on since.
 * @throws AppError `forbidden`, `not_found`, `conflict` when there is nothing to undo, it still runs, it
 *   was undone before, or its outcome is no longer kept
 */
export function undoBulkAction(
  db: Db,
  actor: Actor,
  bulkActionId: string,
  requestKey: string,
): Promise<LaunchedBulkAction> {
  return inOneRequest(db, 'bulk-action.undo', requestKey, async (tx) => {
    requireSomeChange(actor);
    const action = await requireBulkAction(tx, bulkActionId);
    await requireBulk(tx, actor, action);
    const { change } = action;
    const reason = whyNotUndo(action);
    if (change.action === 'undo' || reason !== null) {
      throw new AppError('conflict', reason ?? 'An undo is not undone.', {
        remedy: 'Start another action from the list of work items.',
      });
    }
    const launched = await insertBulkAction(tx, actor, {
      change: { action: 'undo', of: change },
      scope: null,
      expected: { kind: 'exact', count: action.changed },
      isDryRun: false,
      itemsPerSecond: action.itemsPerSecond,
      undoOf: action.bulkActionId,
    });
    const marked = await tx.q
      .updateTable('bulk_actions')
      .set({ undone_by: launched.bulkActionId })
      .where('bulk_action_id', '=', action.bulkActionId)
      .where('undone_by', 'is', null)
      .executeTakeFirst();
    if (Number(marked.numUpdatedRows) !== 1) {
      throw new AppError('conflict', 'It is being undone already.');
    }
    return launched;
  });
}

/** Why the action cannot be undone, as a sentence; null when it can. */
export function whyNotUndo(action: BulkActionDetail): string | null {
  if (action.isDryRun) return 'A dry run changes nothing.';
  if (action.undoOf !== null) return 'An undo is not undone.';
  if (action.status === 'running') return 'It still runs. Stop it first.';
  if (action.undoneBy !== null) return 'It was undone already.';
  if (action.changed === 0) return 'It changed nothing.';
  return action.isOutcomeKept ? null : 'What each item was before is no longer kept.';
}
