/** What a failed attempt does to its item: back into the queue with a wait, failed, or skipped. */
import type { Db, Session } from '#db/engine.ts';
import type { ItemFailure } from '#db/queue/storage.ts';
import type { WorkItemRow } from '#db/schema.ts';
import { boundedMessage } from '#lib/errors/bounded-message.ts';
import type { NewEvent } from '#lib/events/model.ts';
import { ofItem, recordEvents } from '#lib/events/record-events.ts';
import { behindProbesMs, failedPage } from '#lib/hosts/failing-pages.ts';
import { isHostFault } from '#lib/hosts/pace.ts';
import { recordHostResponse } from '#lib/hosts/record-response.ts';
import { readLeased } from '../lease/leased-item.ts';
import { maxAttemptsOf } from '../lease/max-attempts.ts';
import type { FailureInput, FailureResult } from '../model.ts';
import { countOutcomes, outcomeDeltas } from '../runs/run-numbers.ts';
import { settleReturned } from '../runs/settle-unfetched.ts';
import { attemptRow } from './attempts.ts';
import { earlierFailure } from './earlier-outcome.ts';
import { recordFailingAnswer } from './failing-answers.ts';
import { missingCode, missingSince } from './missing.ts';
import { nextLookMs } from './next-fetch.ts';

const lost = { ok: false, code: 'lease_lost' } as const;
const kinds = { pending: 'item.retried', failed: 'item.failed', skipped: 'item.missing' } as const;
const outcomes = { pending: 'retry', failed: 'failed', skipped: 'skipped' } as const;

/**
 * Ends a failed attempt as the retry policy decided. A retry beyond the source's attempts fails the
 * item, whatever was decided: retries end.
 */
export async function fail(db: Db, input: FailureInput): Promise<FailureResult> {
  return db.transaction(async (tx) => {
    const item = await readLeased(tx, input.fence);
    const settled = async () => (await earlierFailure(tx, input)) ?? lost;
    if (!item) return settled();
    const status = await nextStatus(tx, item, input);
    const hostFailed = isHostFault(input.errorCode);
    const page = hostFailed ? await failedPage(tx, item.work_item_id, input.errorCode) : null;
    const behindMs = hostFailed && page !== null ? await behindProbesMs(tx, item.host) : 0;
    const failed = failureOf(item, input, status, behindMs);
    if (!(await tx.engine.failItems(tx, [failed])).has(item.work_item_id)) return settled();

    const ofHost = await recordHostResponse(tx, item.host, {
      httpStatus: input.attempt.httpStatus,
      requests: input.attempt.requests ?? 1,
      hostFailed,
      page,
      blockMs: input.blockHostMs ?? null,
      reason: boundedMessage(input.errorMessage, 400),
      facts: input.attempt.facts,
    });
    const missing = input.decision.kind === 'missing' ? 1 : 0;
    const change = status === 'pending' ? { retried: 1 } : { ...outcomeDeltas(status, 1), missing };
    const deltas = { ...change, requests: input.attempt.requests ?? 1 };
    await countOutcomes(tx, item.run_id, [{ claimedAt: item.claimed_at, deltas }]);
    const settledAs = status === 'pending' ? await settleReturned(tx, item) : status;
    const told: NewEvent[] = [...ofHost];
    // A link that leads nowhere is skipped, and no news.
    if (status !== 'skipped' || isNewlyMissing(item, input)) {
      told.push({
        ...ofItem(item),
        kind: kinds[status],
        message: input.errorMessage,
        workerId: input.attempt.workerId,
        data: { code: input.errorCode, attempt: item.attempt },
      });
    }
    if (input.answer) {
      const { attemptId } = input.attempt;
      await recordFailingAnswer(tx, { attemptId, workItemId: item.work_item_id }, input.answer);
    }
    await recordEvents(tx, told);
    return { ok: true, status: settledAs };
  });
}

async function nextStatus(
  tx: Session,
  item: WorkItemRow,
  input: FailureInput,
): Promise<'pending' | 'failed' | 'skipped'> {
  if (input.decision.kind === 'skip' || input.decision.kind === 'missing') return 'skipped';
  if (input.decision.kind === 'give_up') return 'failed';
  return item.attempt < (await maxAttemptsOf(tx, item)) ? 'pending' : 'failed';
}

function failureOf(
  item: WorkItemRow,
  input: FailureInput,
  status: 'pending' | 'failed' | 'skipped',
  behindMs: number,
): ItemFailure {
  const { decision, errorCode, errorMessage } = input;
  const ownMs = decision.kind === 'retry' ? Math.max(0, decision.delayMs) : 0;
  const delayMs = ownMs + behindMs;
  const waits = status === 'pending' && decision.kind === 'retry' && delayMs > 0;
  const isMissing = decision.kind === 'missing';
  return {
    work_item_id: item.work_item_id,
    lease_id: input.fence.leaseId,
    expired: false,
    status,
    uncounted: false,
    wait_reason: waits ? 'backoff' : null,
    available_ms: status === 'pending' ? delayMs : null,
    // The attempt keeps what the source answered; the item says what has become of its resource.
    error: isMissing
      ? {
          code: missingCode,
          message: boundedMessage(
            `It was there when it was fetched last, and is missing now. ${errorMessage}`,
          ),
        }
      : { code: errorCode, message: boundedMessage(errorMessage) },
    answered: true,
    missing: isMissing
      ? {
          since: missingSince(item) === null ? 'now' : 'before',
          next_fetch_ms: nextLookMs(item, Math.random()),
        }
      : null,
    attempt: attemptRow({
      item,
      report: input.attempt,
      outcome: outcomes[status],
      errorCode,
      errorMessage,
    }),
  };
}

/** Told once, not each time it is looked for again. */
const isNewlyMissing = (item: WorkItemRow, { decision }: FailureInput): boolean =>
  decision.kind === 'missing' && missingSince(item) === null;
