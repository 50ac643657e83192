/** The entry of the audit log that says what a bulk action did, in the name of who launched it. */
import type { Session } from '#db/engine.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { requireBulkAction } from './get.ts';
import { bulkOutcome, bulkVerb } from './words.ts';

/** Call in the transaction that ends the action. */
export async function recordEnd(tx: Session, bulkActionId: string): Promise<void> {
  const action = await requireBulkAction(tx, bulkActionId);
  const { requested_by_id: userId } = await tx.q
    .selectFrom('bulk_actions')
    .select('requested_by_id')
    .where('bulk_action_id', '=', bulkActionId)
    .executeTakeFirstOrThrow();
  const left = action.refused > 0 ? `; ${action.refused} were left as they are` : '';
  const ended = action.status === 'failed' ? 'Gave up' : 'Finished';
  // Only its name is recorded; the role is not looked at.
  const actor = { userId, email: action.requestedBy ?? 'system:worker', role: 'operator' } as const;
  await recordAudit(tx, actor, {
    action: action.status === 'failed' ? 'bulk-action.fail' : 'bulk-action.finish',
    targetType: 'bulk-action',
    targetId: bulkActionId,
    summary: `${ended} a ${action.isDryRun ? 'dry run' : 'background action'}: ${bulkVerb(action.change)}; ${bulkOutcome(action)}${left}`,
    after: { changed: action.changed, refused: action.refused, refusals: action.refusals },
  });
}
