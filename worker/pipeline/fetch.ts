/** Fetch: asks the source for one item. */
import { AppError } from '#lib/errors/app-error.ts';
import type { FetchOutcome } from '#lib/source-types/source-type.ts';
import type { HeldItem, PipelineContext } from './context.ts';
import type { LoadedSource } from './load-source.ts';
import { politeHttp } from './polite-http.ts';

/**
 * Never throws: what fails is an outcome of kind `error`. Afterwards the source's polite slot is
 * given on, so that the next request of the fleet keeps the delay.
 */
export async function fetchItem(
  held: HeldItem,
  source: LoadedSource,
  context: PipelineContext,
): Promise<FetchOutcome> {
  const { signal } = held.abort;
  const polite = politeHttp(context.http, source.rateDelayMs, signal);
  try {
    return await source.type.fetch(held.item, {
      ...source.context,
      http: polite.http,
      signal,
      politePause: polite.politePause,
      robots: context.robots,
    });
  } catch (error) {
    return failedOutcome(error, held, context);
  } finally {
    if (source.rateDelayMs > 0) await passOnSlot(held, polite.lastSentAt(), context);
  }
}

function failedOutcome(error: unknown, held: HeldItem, context: PipelineContext): FetchOutcome {
  if (error instanceof AppError) {
    return {
      kind: 'error',
      facts: null,
      code: error.code,
      message: error.message,
      retryAfterMs: null,
    };
  }
  if (!held.abort.signal.aborted) {
    context.log.error(
      { err: error, item_id: held.item.workItemId },
      'the connector failed unexpectedly',
    );
  }
  return {
    kind: 'error',
    facts: null,
    code: 'internal',
    message: 'The connector failed inside; the log has the details.',
    retryAfterMs: null,
  };
}

/** A slot that cannot be passed on expires by itself with its lease. */
async function passOnSlot(
  held: HeldItem,
  sentAt: number | null,
  context: PipelineContext,
): Promise<void> {
  const sentAfterMs = sentAt === null ? 0 : Math.max(0, Math.ceil(sentAt - held.claimSentAt));
  try {
    await context.store.releaseSlot(held.item.leaseId, sentAfterMs);
  } catch (error) {
    context.log.warn(
      { err: error, source: held.item.sourceName },
      'could not pass on the polite slot',
    );
  }
}
