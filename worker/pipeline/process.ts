/**
 * The way of an item after its claim: fetch → store → discover → complete; what went before it is seed → enqueue
 * → claim. Each step is the module of its name. Items that are fetched together share the fetch.
 */
import { DatabaseError } from '#db/errors.ts';
import { AppError, toPublicError } from '#lib/errors/app-error.ts';
import { outcomeRule } from '#lib/errors/attempt-outcomes.ts';
import type { Logger } from '#lib/log.ts';
import type { NewWorkItem } from '#lib/queue/model.ts';
import {
  type Discovery,
  discoverItems,
  type Payload,
  payloadOf,
  toWorkItems,
} from '#lib/source-types/discover-items.ts';
import type {
  DiscoveredItem,
  FetchFacts,
  FetchOutcome,
  SharedFacts,
} from '#lib/source-types/source-type.ts';
import { isDatabaseFault, retryTransient } from '../retry-transient.ts';
import { completeItem, failItem, postponeItem, releaseItem } from './complete.ts';
import {
  type AbortReason,
  type ItemResult,
  type LeasedItem,
  type PipelineContext,
  retryTransientWith,
} from './context.ts';
import { payloadToRediscover } from './discover.ts';
import { fetchItem } from './fetch.ts';
import { type LoadedSource, loadSource } from './load-source.ts';
import { discardRecord, storeRecord } from './store.ts';

/** Attempts of an item whose source is gone: the default of `max_retries`, plus the first. */
const defaultMaxAttempts = 4;
const noValidators = { etag: null, lastModified: null, revision: null };

type Fetched = Extract<FetchOutcome, { kind: 'fetched' }>;

export interface Steps {
  readonly load: (leased: LeasedItem, context: PipelineContext) => Promise<LoadedSource>;
  /** Null = it was not asked for after all. */
  readonly fetch: (
    leased: LeasedItem,
    source: LoadedSource,
    context: PipelineContext,
    onLongRead?: () => void,
  ) => Promise<FetchOutcome | null>;
  /** Called when what was fetched has been read: what follows takes the database alone. */
  readonly onRead?: (leased: LeasedItem) => void;
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
  leased: LeasedItem,
  context: PipelineContext,
  steps: Steps = singly,
): Promise<ItemResult> {
  const startedAt = performance.now();
  const itemContext = withLogOf(leased, context);
  try {
    const way = () =>
      context.suspects.alone(leased, itemContext, () => carryThrough(leased, itemContext, steps));
    const result = await (context.tracer ? context.tracer.item(leased, way) : way());
    if (context.log.isLevelEnabled('debug')) {
      itemContext.log.debug(
        { result: result.kind, took_ms: Math.round(performance.now() - startedAt) },
        `item ${result.kind}`,
      );
    }
    return result;
  } catch (error) {
    if (brokenOff(leased) === 'stopping') return releaseLeased(leased, itemContext);
    itemContext.log.error(
      { err: error },
      'the outcome of an item could not be recorded; its lease will expire',
    );
    return { kind: 'lost' };
  }
}

const inStep = <T>(
  name: 'fetch' | 'store',
  leased: LeasedItem,
  { tracer }: PipelineContext,
  step: () => Promise<T>,
): Promise<T> => (tracer ? tracer.step(name, leased, step) : step());

/** With a log that names the item; made when something is logged, which most items give no cause for. */
function withLogOf({ item }: LeasedItem, context: PipelineContext): PipelineContext {
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
  leased: LeasedItem,
  context: PipelineContext,
  steps: Steps,
): Promise<ItemResult> {
  // Broken off before it was begun: nobody was asked for anything.
  if (brokenOff(leased) === 'stopping') return releaseLeased(leased, context);
  let maxAttempts = defaultMaxAttempts;
  try {
    const source = await retryTransient(
      () => steps.load(leased, context),
      retryTransientWith(leased, context, 'read the source'),
    );
    maxAttempts = source.maxAttempts;
    const outcome = await inStep('fetch', leased, context, () =>
      steps.fetch(leased, source, context),
    );
    const reason = brokenOff(leased);
    if (reason === 'lease_lost') return { kind: 'lost' };
    if (outcome === null) return await releaseLeased(leased, context);
    if (reason === 'stopping' && outcome.kind === 'error')
      return await releaseLeased(leased, context);
    return await inStep('store', leased, context, () =>
      concludeItem(leased, source, outcome, context, () => steps.onRead?.(leased)),
    );
  } catch (error) {
    if (brokenOff(leased) || isDatabaseFault(error)) throw error;
    // A fault of this item (a record that cannot be written, settings that do not fit) fails this
    // attempt; a failed store never counts as done.
    return failItem(
      leased,
      { ...publicFault(error, context.log), facts: null, retryAfterMs: null, maxAttempts },
      context,
    );
  }
}

async function concludeItem(
  leased: LeasedItem,
  source: LoadedSource,
  outcome: FetchOutcome,
  context: PipelineContext,
  onRead: () => void,
): Promise<ItemResult> {
  switch (outcome.kind) {
    case 'error':
      onRead();
      context.log.warn(
        { code: outcome.code, http_status: outcome.facts?.statusCode },
        outcome.message,
      );
      if (outcomeRule(outcome.code).decision === 'postpone' && outcome.retryAfterMs !== null) {
        return postponeItem(leased, { ...outcome, retryAfterMs: outcome.retryAfterMs }, context);
      }
      return failItem(leased, { ...outcome, maxAttempts: source.maxAttempts }, context);
    case 'unchanged':
      return concludeUnchanged(leased, source, outcome, context, onRead);
    case 'alias':
      return concludeAlias(leased, source, outcome, context, onRead);
    case 'fetched':
      return concludeFetched(leased, source, outcome, context, onRead);
  }
}

async function concludeUnchanged(
  leased: LeasedItem,
  source: LoadedSource,
  { facts, validators, revisitMs, leadsTo }: Extract<FetchOutcome, { kind: 'unchanged' }>,
  context: PipelineContext,
  onRead: () => void,
): Promise<ItemResult> {
  const payload = await retryTransient(
    () => payloadToRediscover(leased.item, source, facts, context),
    retryTransientWith(leased, context, 'read the stored record'),
  );
  const found = payload === null ? nothing : await linksIn(payload, leased, source, context);
  onRead();
  return completeItem(
    leased,
    {
      record: null,
      validators,
      revisitMs,
      ...withFound(found, facts, besideOf(leadsTo, leased, source, context)),
    },
    context,
  );
}

/** It has no record of its own, but the links of what was sent count. */
async function concludeAlias(
  leased: LeasedItem,
  source: LoadedSource,
  {
    canonical,
    payload,
    leadsTo,
    validators = noValidators,
    facts,
  }: Extract<FetchOutcome, { kind: 'alias' }>,
  context: PipelineContext,
  onRead: () => void,
): Promise<ItemResult> {
  const targets = canonical === null ? [] : [{ ...canonical, isHop: false }];
  const answer = facts.statusCode === null ? undefined : facts;
  const found =
    payload === undefined
      ? nothing
      : await linksIn(payloadOf({ payload }), leased, source, context, answer);
  onRead();
  const beside = [
    ...toWorkItems(leased.item, targets, source),
    ...besideOf(leadsTo, leased, source, context),
  ];
  return completeItem(
    leased,
    { record: null, alias: true, validators, ...withFound(found, facts, beside) },
    context,
  );
}

async function linksIn(
  payload: Payload,
  leased: LeasedItem,
  source: LoadedSource,
  context: PipelineContext,
  answer?: FetchFacts,
): Promise<Discovery> {
  if (!context.enableDiscovery) return nothing;
  const found = await discoverItems(leased.item, payload, source, answer);
  context.cuts.add(leased.item, found.leftOut);
  return found;
}

const besideOf = (
  leadsTo: readonly DiscoveredItem[] | undefined,
  { item }: LeasedItem,
  source: LoadedSource,
  { enableDiscovery }: PipelineContext,
): readonly NewWorkItem[] =>
  leadsTo === undefined || !enableDiscovery ? [] : toWorkItems(item, leadsTo, source);

const nothing: Discovery = { items: [], leftOut: {} };

/** What is left out stands with the attempt's facts. */
function withFound<F extends FetchFacts | SharedFacts>(
  { items, leftOut }: Discovery,
  facts: F,
  beside: readonly NewWorkItem[] = [],
): { readonly discovered: readonly NewWorkItem[]; readonly facts: F } {
  const discovered = beside.length === 0 ? items : [...beside, ...items];
  if (Object.keys(leftOut).length === 0) return { discovered, facts };
  return { discovered, facts: { ...facts, details: { ...facts.details, not_enqueued: leftOut } } };
}

/** No disk, no space, no right: of every file, and until somebody repairs it. */
const isLakeAway = (error: unknown): boolean =>
  error instanceof AppError &&
  error.code === 'lake_write_failed' &&
  !(error.cause instanceof Error && 'code' in error.cause && error.cause.code === 'ENAMETOOLONG');

async function concludeFetched(
  leased: LeasedItem,
  source: LoadedSource,
  outcome: Fetched,
  context: PipelineContext,
  onRead: () => void,
): Promise<ItemResult> {
  // A lake that cannot be written is waited for like a database that is away: no attempt pays for it.
  const record = await retryTransient(() => storeRecord(leased, outcome, context), {
    signal: leased.abort.signal,
    what: 'write to the file lake',
    waitsFor: isLakeAway,
    get log() {
      return context.log;
    },
  });
  try {
    const { validators, revisitMs, facts, leadsTo } = outcome;
    const payload = payloadOf(outcome, record.payload);
    const found = await linksIn(payload, leased, source, context, facts);
    onRead();
    const beside = besideOf(leadsTo, leased, source, context);
    const completion = { record, validators, revisitMs, ...withFound(found, facts, beside) };
    const result = await completeItem(leased, completion, context);
    if (result.kind === 'lost') await discardRecord(record, context);
    return result;
  } catch (error) {
    // After a fault of the database the commit may have happened: the file stays with its record.
    if (!isDatabaseFault(error)) await discardRecord(record, context);
    throw error;
  }
}

async function releaseLeased(leased: LeasedItem, context: PipelineContext): Promise<ItemResult> {
  try {
    return await releaseItem(leased, context);
  } catch (error) {
    context.log.warn({ err: error }, 'an item could not be released; its lease will expire');
    return { kind: 'lost' };
  }
}

function brokenOff({ abort: { signal } }: LeasedItem): AbortReason | null {
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
