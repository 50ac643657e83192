/** Undoing a bulk action: another one, which puts back what it changed. */
import type { Db } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { type BulkActionDetail, requireBulkAction } from './get.ts';
import { inOneRequest, insertBulkAction, type LaunchedBulkAction } from './launch.ts';

/**
 * Puts back what an action changed, as far as the items have not moved on since.
 * @throws AppError `forbidden`, `not_found`, `conflict` when there is nothing to undo, it still runs, it
 *   was undone before, or its outcome is no longer kept
 */
export function undoBulkAction(
  db: Db,
  actor: Actor,
  bulkActionId: string,
  requestKey: string,
): Promise<LaunchedBulkAction> {
  requirePermission(actor, 'work-items:change');
  return inOneRequest(db, 'bulk-action.undo', requestKey, async (tx) => {
    const action = await requireBulkAction(tx, bulkActionId);
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
