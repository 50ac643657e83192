/** Complete: commits how the attempt went, all of it or nothing, as long as the lease is ours. */

import type { ErrorCode } from '#lib/errors/codes.ts';
import { newId } from '#lib/ids.ts';
import type { FetchFacts, SharedFacts } from '#lib/source-types/source-type.ts';
import type { AttemptReport, CompletionInput, Fence } from '#lib/work-items/model.ts';
import { planRetry } from '#lib/work-items/retry-policy.ts';
import { patiently } from '../patience.ts';
import { type HeldItem, type ItemResult, type PipelineContext, patienceWith } from './context.ts';

/** Commits a success. A database that is away is waited for until the work on the item is broken off. */
export async function completeItem(
  held: HeldItem,
  input: Omit<CompletionInput, 'fence' | 'attempt'> & { facts: FetchFacts | SharedFacts },
  context: PipelineContext,
): Promise<ItemResult> {
  const { facts, ...completion } = input;
  const attempt = attemptReport(held, facts, context);
  const result = await patiently(
    () => context.completions.complete({ ...completion, fence: fenceOf(held), attempt }),
    patienceWith(held, context, 'complete an item'),
  );
  return result.ok ? { kind: 'completed', discovered: result.discovered } : { kind: 'lost' };
}

interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly facts: FetchFacts | null;
  readonly retryAfterMs: number | null;
  readonly maxAttempts: number;
}

/** Commits a failure as the retry policy decides. */
export async function failItem(
  held: HeldItem,
  failure: Failure,
  context: PipelineContext,
): Promise<ItemResult> {
  const { decision, blockHostMs } = planRetry({
    code: failure.code,
    attempt: held.item.attempt,
    maxAttempts: failure.maxAttempts,
    retryAfterMs: failure.retryAfterMs,
    isUntriedLink: held.item.discoveredFrom !== null && held.item.lastFetchedAt === null,
    wasFetched: held.item.lastFetchedAt !== null,
  });
  const attempt = attemptReport(held, failure.facts, context);
  const result = await patiently(
    () =>
      context.store.fail({
        fence: fenceOf(held),
        attempt,
        errorCode: failure.code,
        errorMessage: failure.message,
        decision,
        blockHostMs,
      }),
    patienceWith(held, context, 'record a failed attempt'),
  );
  // It may have had its host blocked: whoever begins now has to see that.
  context.memory.hosts.forget();
  if (!result.ok) return { kind: 'lost' };
  return { kind: result.status === 'pending' ? 'retried' : result.status };
}

/** Gives the item back unprocessed; its attempt is uncounted again. */
export async function releaseItem(held: HeldItem, context: PipelineContext): Promise<ItemResult> {
  const released = await context.store.release([fenceOf(held)]);
  return { kind: released === 1 ? 'released' : 'lost' };
}

export function fenceOf({ item }: HeldItem): Fence {
  return { workItemId: item.workItemId, leaseId: item.leaseId };
}

function attemptReport(
  held: HeldItem,
  facts: FetchFacts | SharedFacts | null,
  context: PipelineContext,
): AttemptReport {
  return {
    attemptId: newId(),
    workerId: context.workerId,
    durationMs: Math.round(performance.now() - held.claimSentAt),
    httpStatus: facts?.statusCode ?? null,
    facts: facts?.details ?? null,
    requests: held.requests,
  };
}
