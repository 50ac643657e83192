/**
 * A commit whose answer was lost on the way may have been carried out. The caller then reports the same
 * attempt again, its lease is gone, and without a second look it would be told that it lost the item.
 */
import type { Session } from '#db/engine.ts';
import type { AttemptOutcome } from '#db/schema.ts';
import type { AttemptReport, CompletionResult, FailureResult, Fence } from '../model.ts';

interface Reported {
  readonly fence: Fence;
  readonly attempt: AttemptReport;
}

interface EarlierAttempt {
  readonly outcome: AttemptOutcome;
  readonly items_discovered: number;
}

/**
 * How this very attempt was completed before; undefined when it was not. Ask only when the lease does
 * not hold the item any more: an attempt's id is made once, so its row is the proof of its commit.
 */
export async function earlierCompletion(
  tx: Session,
  reported: Reported,
): Promise<CompletionResult | undefined> {
  const earlier = await readEarlier(tx, reported);
  if (earlier?.outcome !== 'completed' && earlier?.outcome !== 'unchanged') return undefined;
  return {
    ok: true,
    discovered: earlier.items_discovered,
    unchanged: earlier.outcome === 'unchanged',
  };
}

const statuses: Readonly<Partial<Record<AttemptOutcome, 'pending' | 'failed' | 'skipped'>>> = {
  retry: 'pending',
  failed: 'failed',
  skipped: 'skipped',
};

/** How this very attempt was failed before; undefined when it was not. */
export async function earlierFailure(
  tx: Session,
  reported: Reported,
): Promise<FailureResult | undefined> {
  const earlier = await readEarlier(tx, reported);
  const status = earlier && statuses[earlier.outcome];
  return status && { ok: true, status };
}

const readEarlier = (
  tx: Session,
  { fence, attempt }: Reported,
): Promise<EarlierAttempt | undefined> =>
  tx.q
    .selectFrom('work_item_attempts')
    .select(['outcome', 'items_discovered'])
    .where('attempt_id', '=', attempt.attemptId)
    .where('work_item_id', '=', fence.workItemId)
    .where('lease_id', '=', fence.leaseId)
    .executeTakeFirst();
