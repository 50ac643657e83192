/** The way of one item after its claim: fetch → store → discover → complete. */
import { DatabaseError } from '#db/errors.ts';
import { AppError, toPublicError } from '#lib/errors/app-error.ts';
import type { JsonValue } from '#lib/json.ts';
import type { Logger } from '#lib/log.ts';
import type { FetchFacts, FetchOutcome } from '#lib/source-types/source-type.ts';
import type { NewWorkItem } from '#lib/work-items/model.ts';
import { isPassing, patiently } from '../patience.ts';
import { completeItem, failItem, releaseItem } from './complete.ts';
import {
  type AbortReason,
  type HeldItem,
  type ItemResult,
  type PipelineContext,
  patienceWith,
} from './context.ts';
import { discoverItems, toWorkItems } from './discover.ts';
import { fetchItem } from './fetch.ts';
import { type LoadedSource, loadSource } from './load-source.ts';
import { payloadToRediscover } from './rediscover.ts';
import { discardRecord, storeRecord } from './store.ts';

/** Attempts of an item whose source is gone: the default of `max_retries`, plus the first. */
const defaultMaxAttempts = 4;
const noValidators = { etag: null, lastModified: null, revision: null };

export interface Steps {
  readonly load: (held: HeldItem, context: PipelineContext) => Promise<LoadedSource>;
  /** Null = it was not asked for after all. */
  readonly fetch: (
    held: HeldItem,
    source: LoadedSource,
    context: PipelineContext,
  ) => Promise<FetchOutcome | null>;
}

/** How an item that stands alone is loaded and fetched. */
export const singly: Steps = {
  load: loadSource,
  fetch: fetchItem,
};

/**
 * Never throws. What could not be committed, because the lease was lost or the database stayed away,
 * is `lost`: the lease expires, and another worker does the item again.
 */
export async function processItem(
  held: HeldItem,
  context: PipelineContext,
  steps: Steps = singly,
): Promise<ItemResult> {
  const startedAt = performance.now();
  const itemContext = withLogOf(held, context);
  try {
    const result = await carryThrough(held, itemContext, steps);
    if (context.log.isLevelEnabled('debug')) {
      itemContext.log.debug(
        { result: result.kind, took_ms: Math.round(performance.now() - startedAt) },
        `item ${result.kind}`,
      );
    }
    return result;
  } catch (error) {
    if (brokenOff(held) === 'stopping') return giveBack(held, itemContext);
    itemContext.log.error(
      { err: error },
      'the outcome of an item could not be recorded; its lease will expire',
    );
    return { kind: 'lost' };
  }
}

/** With a log that names the item; made when something is logged, which most items give no cause for. */
function withLogOf({ item }: HeldItem, context: PipelineContext): PipelineContext {
  let log: Logger | undefined;
  return {
    ...context,
    get log() {
      log ??= context.log.child({
        item_id: item.workItemId,
        run_id: item.runId,
        source: item.sourceName,
        attempt: item.attempt,
        // By which the attempt is found in the item's history.
        lease_id: item.leaseId,
      });
      return log;
    },
  };
}

async function carryThrough(
  held: HeldItem,
  context: PipelineContext,
  steps: Steps,
): Promise<ItemResult> {
  // Broken off before it was begun: nobody was asked for anything.
  if (brokenOff(held) === 'stopping') return giveBack(held, context);
  let maxAttempts = defaultMaxAttempts;
  try {
    const source = await patiently(
      () => steps.load(held, context),
      patienceWith(held, context, 'read the source'),
    );
    maxAttempts = source.maxAttempts;
    const outcome = await steps.fetch(held, source, context);
    const reason = brokenOff(held);
    if (reason === 'lease_lost') return { kind: 'lost' };
    if (outcome === null) return await giveBack(held, context);
    if (reason === 'stopping' && outcome.kind === 'error') return await giveBack(held, context);
    return await concludeItem(held, source, outcome, context);
  } catch (error) {
    if (brokenOff(held) || isPassing(error)) throw error;
    // A fault of this item (a record that cannot be written, settings that do not fit) fails this
    // attempt; a failed store never counts as done.
    return failItem(
      held,
      { ...publicFault(error, context.log), facts: null, retryAfterMs: null, maxAttempts },
      context,
    );
  }
}

async function concludeItem(
  held: HeldItem,
  source: LoadedSource,
  outcome: FetchOutcome,
  context: PipelineContext,
): Promise<ItemResult> {
  switch (outcome.kind) {
    case 'error':
      context.log.warn(
        { code: outcome.code, http_status: outcome.facts?.statusCode },
        outcome.message,
      );
      return failItem(held, { ...outcome, maxAttempts: source.maxAttempts }, context);
    case 'unchanged':
      return concludeUnchanged(held, source, outcome, context);
    case 'alias': {
      const { canonical } = outcome;
      const targets = canonical === null ? [] : [{ ...canonical, isHop: false }];
      return completeItem(
        held,
        {
          record: null,
          alias: true,
          validators: outcome.validators ?? noValidators,
          discovered: toWorkItems(held.item, targets, source).items,
          facts: outcome.facts,
        },
        context,
      );
    }
    case 'fetched':
      return concludeFetched(held, source, outcome, context);
  }
}

async function concludeUnchanged(
  held: HeldItem,
  source: LoadedSource,
  { facts, validators }: Extract<FetchOutcome, { kind: 'unchanged' }>,
  context: PipelineContext,
): Promise<ItemResult> {
  const payload = await patiently(
    () => payloadToRediscover(held.item, source, facts, context),
    patienceWith(held, context, 'read the stored record'),
  );
  const discovered = payload === null ? [] : linksIn(payload, held, source, context);
  return completeItem(held, { record: null, validators, discovered, facts }, context);
}

function linksIn(
  payload: JsonValue,
  held: HeldItem,
  source: LoadedSource,
  context: PipelineContext,
  answer?: FetchFacts,
): readonly NewWorkItem[] {
  if (!context.enableDiscovery) return [];
  const { items, refused } = discoverItems(held.item, payload, source, answer);
  if (refused > 0) {
    context.log.warn({ refused }, 'links that can be no work item were left out');
  }
  return items;
}

async function concludeFetched(
  held: HeldItem,
  source: LoadedSource,
  outcome: Extract<FetchOutcome, { kind: 'fetched' }>,
  context: PipelineContext,
): Promise<ItemResult> {
  const record = await storeRecord(held, outcome, context);
  try {
    const discovered = linksIn(outcome.payload, held, source, context, outcome.facts);
    const { validators, facts } = outcome;
    const result = await completeItem(held, { record, validators, discovered, facts }, context);
    if (result.kind === 'lost') await discardRecord(record, context);
    return result;
  } catch (error) {
    // After a passing fault the commit may have happened: the file stays with its record.
    if (!isPassing(error)) await discardRecord(record, context);
    throw error;
  }
}

async function giveBack(held: HeldItem, context: PipelineContext): Promise<ItemResult> {
  try {
    return await releaseItem(held, context);
  } catch (error) {
    context.log.warn({ err: error }, 'an item could not be given back; its lease will expire');
    return { kind: 'lost' };
  }
}

function brokenOff({ abort: { signal } }: HeldItem): AbortReason | null {
  if (!signal.aborted) return null;
  return signal.reason === 'lease_lost' ? 'lease_lost' : 'stopping';
}

function publicFault(error: unknown, log: Logger) {
  if (!(error instanceof AppError) && !(error instanceof DatabaseError)) {
    log.error({ err: error }, 'processing an item failed unexpectedly');
  }
  const { code, message } = toPublicError(error);
  return { code, message };
}
