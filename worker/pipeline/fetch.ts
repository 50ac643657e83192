/** Fetch: asks the source for one item, or for several that one request can ask for. */

import { AppError } from '#lib/errors/app-error.ts';
import { budgetLeft } from '#lib/hosts/budget.ts';
import { keepDistance } from '#lib/hosts/limits.ts';
import { longestRobotsDelayMs } from '#lib/hosts/pace.ts';
import type { CommonSettings, FetchContext, FetchOutcome } from '#lib/source-types/source-type.ts';
import { owningFaults } from '../unhandled-faults.ts';
import type { LeasedItem, PipelineContext } from './context.ts';
import type { LoadedSource } from './load-source.ts';
import { faulty, soundOutcome } from './outcome.ts';
import { type HostVisit, politeHttp, visitor } from './polite-http.ts';
import { storedAnswers } from './stored.ts';

/**
 * The host asks for a greater distance than this item was claimed with, or was blocked since: it is
 * released unasked.
 */
class ClaimedTooSoon extends Error {
  override readonly name = 'ClaimedTooSoon';
}

/**
 * Never throws: what fails is an outcome of kind `error`. Null = it was not asked for, because the host
 * turned out to want more distance. Afterwards the source's polite slot is released, so that the next request of
 * the fleet keeps the delay.
 */
export async function fetchItem(
  leased: LeasedItem,
  source: LoadedSource,
  context: PipelineContext,
  onLongRead?: () => void,
): Promise<FetchOutcome | null> {
  const { signal } = leased.abort;
  try {
    return await underSlot(
      { holder: leased, signal, onLongRead },
      source,
      context,
      async (fetching) => soundOutcome(await source.type.fetch(leased.item, fetching)),
    );
  } catch (error) {
    return error instanceof ClaimedTooSoon ? null : failedOutcome(error, leased, context);
  }
}

/**
 * The same for items that are fetched together under the slot of the first. Null = the item was not
 * asked for. One item's lost lease leaves the others alone.
 */
export async function fetchTogether(
  batch: readonly LeasedItem[],
  source: LoadedSource,
  context: PipelineContext,
  onLongRead?: () => void,
): Promise<ReadonlyMap<LeasedItem, FetchOutcome | null>> {
  const [first] = batch;
  const together = source.type.batch;
  if (!first || !together) throw new Error('these items cannot be fetched together');
  try {
    const items = batch.map((leased) => leased.item);
    const outcomes: unknown = await underSlot(
      { holder: first, signal: whenAllAborted(batch), onLongRead },
      source,
      context,
      (fetching) => together.fetch(items, fetching),
    );
    if (!Array.isArray(outcomes)) throw faulty('no list of outcomes');
    return new Map(
      batch.map((leased, index) => [leased, outcomeAt(outcomes, index, leased, context)]),
    );
  } catch (error) {
    const outcome = error instanceof ClaimedTooSoon ? null : failedOutcome(error, first, context);
    return new Map(batch.map((leased) => [leased, outcome]));
  }
}

/** A type that forgets an item, or answers nonsense for it, has failed this one alone. */
function outcomeAt(
  outcomes: readonly unknown[],
  index: number,
  leased: LeasedItem,
  context: PipelineContext,
): FetchOutcome | null {
  const answered = outcomes[index];
  if (answered === null) return null;
  try {
    return soundOutcome(answered);
  } catch (error) {
    return failedOutcome(error, leased, context);
  }
}

/** An attempt may take so many times as long as one of its requests with the pause before it, ms at least. */
const requestsOfAttempt = 60;
const leastAttemptMs = 10 * 60_000;

/**
 * The whole of an attempt ends at a deadline, whether or not the source type listens to its signal, and with a fault of it
 * that nobody caught.
 */
function openAttempt(requestS: number, signal: AbortSignal) {
  const limitMs = Math.max(leastAttemptMs, requestS * 1000 * requestsOfAttempt);
  const controller = new AbortController();
  const broken = Promise.withResolvers<never>();
  // Nobody may be waiting for it.
  broken.promise.catch(() => undefined);
  const passOn = () => controller.abort(signal.reason);
  signal.addEventListener('abort', passOn, { once: true });
  if (signal.aborted) passOn();
  const timer = setTimeout(() => {
    const message = `The attempt took longer than ${Math.round(limitMs / 60_000)} minutes.`;
    broken.reject(new AppError('attempt_overdue', message));
    controller.abort('overdue');
  }, limitMs);
  return {
    signal: controller.signal,
    run: <T>(itemId: string, work: () => Promise<T>): Promise<T> =>
      Promise.race([owningFaults(itemId, broken.reject, work), broken.promise]),
    end() {
      clearTimeout(timer);
      signal.removeEventListener('abort', passOn);
    },
  };
}

interface Holder {
  /** Under whose slot it is. */
  readonly holder: LeasedItem;
  /** Aborted when the work is broken off. */
  readonly signal: AbortSignal;
  /** Called when reading what came takes long: nobody is asked meanwhile. */
  readonly onLongRead: (() => void) | undefined;
}

async function underSlot<T>(
  { holder, signal: brokenOff, onLongRead }: Holder,
  source: LoadedSource,
  context: PipelineContext,
  fetch: (fetching: FetchContext<CommonSettings>) => Promise<T>,
): Promise<T> {
  const leaseMs = Math.max(context.leaseMs, source.context.settings.timeout * 2000);
  const delayMs = source.rateDelayMs;
  const attempt = openAttempt(source.context.settings.timeout + delayMs / 1000, brokenOff);
  const { signal } = attempt;
  const enterHost = visitor({
    db: context.db,
    get log() {
      return context.log;
    },
    signal,
    delayMs,
    leaseMs,
    waiting: context.waitingVisits,
  });
  const polite = politeHttp(context.http, delayMs, signal, enterHost, onLongRead);
  try {
    if (source.hostIsBlocked) throw new ClaimedTooSoon();
    const fetching: FetchContext<CommonSettings> = {
      ...source.context,
      http: polite.http,
      signal,
      politePause: polite.politePause,
      robots: context.robots,
      stored: (resource) => storedAnswers(context.db, holder.item, resource),
      budget: async () =>
        holder.item.host === null ? null : budgetLeft(context.db, holder.item.host),
      keepDistance: (wishMs) => keepHostsDistance(holder, wishMs, source, context),
      keepDistanceThere: (wishMs) => keepDistanceOfVisit(polite.visit(), wishMs, context),
    };
    return await attempt.run(holder.item.workItemId, () => fetch(fetching));
  } finally {
    attempt.end();
    polite.end();
    holder.requests += polite.sent();
    if (source.holdsSlot) await releaseSlotOf(holder, polite.lastSentAt(), context);
  }
}

async function keepHostsDistance(
  { item: { host } }: LeasedItem,
  delayMs: number | null,
  source: LoadedSource,
  context: PipelineContext,
): Promise<void> {
  if (host === null) return;
  const wished = delayMs === null ? null : Math.min(delayMs, longestRobotsDelayMs);
  if (wished !== source.ownDelayMs) {
    await keepDistance(context.db, host, wished);
    context.memory.hosts.clear();
  }
  if (wished === null) return;
  // Claimed before the wish was known, or under a rate that is none here.
  if (wished > source.rateDelayMs || !source.holdsHostSlot) throw new ClaimedTooSoon();
}

/** What the site asks for holds from its next request on, which is this one when there is time for it. */
async function keepDistanceOfVisit(
  visit: HostVisit | null,
  delayMs: number | null,
  context: PipelineContext,
): Promise<void> {
  if (visit === null) return;
  const wished = delayMs === null ? null : Math.min(delayMs, longestRobotsDelayMs);
  if (wished !== visit.robotsDelayMs) await keepDistance(context.db, visit.host, wished);
  if (wished === null || wished <= visit.delayMs) return;
  throw new AppError(
    'redirect_host_waits',
    `It redirects to ${visit.host}, whose robots.txt asks for ${wished / 1000} s between two requests.`,
    { retryAfterMs: wished },
  );
}

function whenAllAborted(batch: readonly LeasedItem[]): AbortSignal {
  const all = new AbortController();
  const check = () => {
    const last = batch.findLast((leased) => leased.abort.signal.aborted);
    if (batch.every((leased) => leased.abort.signal.aborted)) all.abort(last?.abort.signal.reason);
  };
  for (const leased of batch) leased.abort.signal.addEventListener('abort', check, { once: true });
  check();
  return all.signal;
}

function failedOutcome(error: unknown, leased: LeasedItem, context: PipelineContext): FetchOutcome {
  if (error instanceof AppError) {
    return {
      kind: 'error',
      facts: null,
      code: error.code,
      message: error.message,
      retryAfterMs: error.retryAfterMs,
    };
  }
  if (!leased.abort.signal.aborted) {
    context.log.error(
      { err: error, item_id: leased.item.workItemId },
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

/** A slot that cannot be released expires with its lease. */
async function releaseSlotOf(
  leased: LeasedItem,
  sentAt: number | null,
  context: PipelineContext,
): Promise<void> {
  const sentAfterMs = sentAt === null ? null : Math.max(0, Math.ceil(sentAt - leased.claimSentAt));
  try {
    await context.store.releaseSlot(leased.item.leaseId, sentAfterMs);
  } catch (error) {
    context.log.warn(
      { err: error, source: leased.item.sourceName },
      'could not release the polite slot',
    );
  }
}
