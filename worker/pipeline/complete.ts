/** Complete: commits how the attempt went, all of it or nothing, as long as the lease is ours. */

import type { ErrorCode } from '#lib/errors/codes.ts';
import { newId } from '#lib/ids.ts';
import { maxRetryAfterMs, planRetry } from '#lib/queue/finish/retry-policy.ts';
import type { AttemptReport, CompletionInput, FailingAnswer, Fence } from '#lib/queue/model.ts';
import type { FetchFacts, SharedFacts } from '#lib/source-types/source-type.ts';
import { retryTransient } from '../retry-transient.ts';
import {
  type ItemResult,
  type LeasedItem,
  type PipelineContext,
  retryTransientWith,
} from './context.ts';

/** What asks for less is asked again too soon for others to have had their turn, ms. */
const leastPostponedMs = 1_000;

/** Commits a success. A database that is away is waited for until the work on the item is broken off. */
export async function completeItem(
  leased: LeasedItem,
  input: Omit<CompletionInput, 'fence' | 'attempt'> & { facts: FetchFacts | SharedFacts },
  context: PipelineContext,
): Promise<ItemResult> {
  const { facts, ...completion } = input;
  const attempt = attemptReport(leased, facts, context);
  const result = await retryTransient(
    () => context.completions.complete({ ...completion, fence: fenceOf(leased), attempt }),
    retryTransientWith(leased, context, 'complete an item'),
  );
  if (!result.ok) return { kind: 'lost' };
  const { discovered, overShare } = result;
  if (overShare !== undefined) context.cuts.add(leased.item, { over_share: overShare });
  return { kind: 'completed', discovered };
}

interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly facts: FetchFacts | null;
  readonly retryAfterMs: number | null;
  readonly maxAttempts: number;
  readonly answer?: FailingAnswer | undefined;
}

/** Commits a failure as the retry policy decides. */
export async function failItem(
  leased: LeasedItem,
  failed: Failure,
  context: PipelineContext,
): Promise<ItemResult> {
  const failure = isPoisonous(leased, failed) ? { ...failed, ...poisonous(failed) } : failed;
  const { decision, blockHostMs } = planRetry({
    code: failure.code,
    attempt: leased.item.attempt,
    maxAttempts: failure.maxAttempts,
    retryAfterMs: failure.retryAfterMs,
    isUntriedLink: leased.item.discoveredFrom !== null && leased.item.lastFetchedAt === null,
    wasFetched: leased.item.lastFetchedAt !== null,
  });
  const attempt = attemptReport(leased, failure.facts, context);
  const result = await retryTransient(
    () =>
      context.store.fail({
        fence: fenceOf(leased),
        attempt,
        errorCode: failure.code,
        errorMessage: failure.message,
        decision,
        blockHostMs,
        answer: failure.answer,
      }),
    retryTransientWith(leased, context, 'record a failed attempt'),
  );
  // It may have had its host blocked: whoever begins now has to see that.
  context.memory.hosts.clear();
  if (!result.ok) return { kind: 'lost' };
  return { kind: result.status === 'pending' ? 'retried' : result.status };
}

/** Waiting for others to be left alone is no attempt: the item goes back for so long. A part of it is chance. */
export async function postponeItem(
  leased: LeasedItem,
  failure: Omit<Failure, 'retryAfterMs' | 'maxAttempts'> & { readonly retryAfterMs: number },
  context: PipelineContext,
): Promise<ItemResult> {
  const { code: errorCode, message: errorMessage, answer } = failure;
  const waitMs = Math.min(maxRetryAfterMs, Math.max(leastPostponedMs, failure.retryAfterMs));
  const delayMs = Math.round(waitMs * (1 + Math.random() / 2));
  const report = attemptReport(leased, failure.facts, context);
  const postponement = { delayMs, errorCode, errorMessage, report, answer };
  const released = await retryTransient(
    () => context.store.release([fenceOf(leased)], postponement),
    retryTransientWith(leased, context, 'postpone an item'),
  );
  return { kind: released === 1 ? 'released' : 'lost' };
}

/** Twice in a row its reading had to be ended: the machine's bad moment is no excuse any more. */
const isPoisonous = ({ item }: LeasedItem, { code }: Failure): boolean =>
  code === 'reading_overran' && item.errorCode === 'reading_overran';

const poisonous = ({ message }: Failure): Pick<Failure, 'code' | 'message'> => ({
  code: 'poisonous_page',
  message: `${message} It did so twice.`,
});

/** Releases the item unprocessed; its attempt is uncounted again. */
export async function releaseItem(
  leased: LeasedItem,
  context: PipelineContext,
): Promise<ItemResult> {
  const released = await context.store.release([fenceOf(leased)]);
  return { kind: released === 1 ? 'released' : 'lost' };
}

export function fenceOf({ item }: LeasedItem): Fence {
  return { workItemId: item.workItemId, leaseId: item.leaseId };
}

function attemptReport(
  leased: LeasedItem,
  facts: FetchFacts | SharedFacts | null,
  context: PipelineContext,
): AttemptReport {
  return {
    attemptId: newId(),
    workerId: context.workerId,
    durationMs: Math.round(performance.now() - leased.claimSentAt),
    httpStatus: facts?.statusCode ?? null,
    facts: facts?.details ?? null,
    requests: leased.requests,
  };
}
