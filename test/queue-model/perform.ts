/** Carries a request out on the real queue and says what came of it, in the model's terms. */
import { sql } from 'kysely';
import type { Db } from '#db/engine.ts';
import { systemActor } from '#lib/actor/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { newId } from '#lib/ids.ts';
import { changeItems } from '#lib/items/changes/change-items.ts';
import { recordSuspect } from '#lib/queue/lease/suspects.ts';
import type { ClaimedItem, CompletionInput, Fence, NewWorkItem } from '#lib/queue/model.ts';
import type { StateStore } from '#lib/queue/state-store.ts';
import { cancelRun, pauseRun, resumeRun, stopRun } from '#lib/runs/control-run.ts';
import { finishRuns } from '#lib/runs/finish-runs.ts';
import { pauseSource, resumeSource } from '#lib/sources/lifecycle.ts';
import { anAttempt, aRecord, noValidators } from '../factories.ts';
import { passTime } from '../queue-database.ts';
import type { PlannedCompletion, PlannedItem, Request } from './request.ts';
import { spans } from './rules-of-work.ts';
import { hostOf, minutesToMs, runIds, sources } from './world.ts';

export interface Connection {
  readonly db: Db;
  readonly store: StateStore;
}

const somebody = systemActor('model');

/** What the request returned; an `AppError` is its code. */
export async function perform(connection: Connection, request: Request): Promise<unknown> {
  try {
    const outcome = (await carryOut(connection, request)) ?? 'ok';
    if (makesLeases.has(request.kind)) nextMillisecond();
    return outcome;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

const makesLeases = new Set<Request['kind']>(['dequeue', 'claimPolitely', 'renew']);

/** Leases of two requests never end in the same millisecond, so that the model knows which ends first. */
function nextMillisecond(): void {
  const now = Date.now();
  while (Date.now() === now);
}

function carryOut({ db, store }: Connection, request: Request): Promise<unknown> {
  switch (request.kind) {
    case 'enqueue':
      return enqueue(store, request.items.map(newItemOf));
    case 'dequeue':
      return store
        .dequeue(request.limit, {
          owner: request.actor,
          leaseMs: minutesToMs(request.leaseMinutes),
        })
        .then((items) => ({ items: items.map(fenceOf) }));
    case 'claimPolitely':
      return store
        .claimPolitely(request.limit, {
          owner: request.actor,
          leaseMs: minutesToMs(request.leaseMinutes),
          batches: [{ size: request.batch }],
        })
        .then(({ items, retryInMs }) => ({ items: items.map(fenceOf), retryInMs }));
    case 'renew':
      return store.renewLease(request.fences, minutesToMs(request.leaseMinutes));
    case 'complete':
      return store.complete(completionOf(request.completions[0])).then((result) => [result]);
    case 'completeMany':
      return completeMany(store, request.completions.map(completionOf));
    case 'fail':
      return store.fail({
        fence: request.fence,
        attempt: anAttempt(),
        errorCode: 'payload_invalid',
        errorMessage: 'It was no JSON.',
        decision:
          request.decision === 'retry'
            ? { kind: 'retry', delayMs: minutesToMs(spans.backoffMinutes) }
            : { kind: request.decision },
        blockHostMs: request.blockHost ? minutesToMs(spans.blockMinutes) : null,
      });
    case 'release':
      return store.release([request.fence]);
    case 'releaseSlot':
      return store.releaseSlot(request.fence.leaseId, minutesToMs(request.sentAfterMinutes));
    case 'rescue':
      return store.rescueExpired();
    case 'heartbeat':
      return db.q
        .updateTable('workers')
        .set({ heartbeat_at: db.engine.now() })
        .where('worker_id', '=', request.actor)
        .execute()
        .then(() => undefined);
    case 'trySuspect':
      return recordSuspect(db, request.actor, request.fence.leaseId);
    case 'recrawl':
      return store.resetForRecrawl(
        {
          ...(request.source === null ? {} : { sourceName: request.source }),
          ...(request.statuses === null ? {} : { statuses: request.statuses }),
        },
        request.into === null ? {} : { runId: runIds[request.into] },
      );
    case 'recrawlItems':
      return changeItems(db, somebody, { action: 'recrawl' }, request.ids);
    case 'retryItems':
      // As a claim does first: what has come due is ready, and no longer in backoff.
      return readyWhatIsDue(db).then(() =>
        changeItems(db, somebody, { action: 'retry' }, request.ids),
      );
    case 'skipItems':
      return changeItems(db, somebody, { action: 'skip' }, request.ids);
    case 'updateStatus':
      return store.updateStatus(
        request.id,
        request.status,
        request.leaseId === null ? {} : { leaseId: request.leaseId },
      );
    case 'pauseSource':
      return pauseSource(db, somebody, request.source).then(() => undefined);
    case 'resumeSource':
      return resumeSource(db, somebody, request.source).then(() => undefined);
    case 'pauseRun':
      return pauseRun(db, somebody, runIds[request.run]);
    case 'resumeRun':
      return resumeRun(db, somebody, runIds[request.run]);
    case 'stopRun':
      return stopRun(db, somebody, runIds[request.run]);
    case 'cancelRun':
      return cancelRun(db, somebody, runIds[request.run]);
    case 'finishRuns':
      return finishRuns(db);
    case 'rollUpTotals':
      return db.engine.rollUpTotals(db).then(() => undefined);
    case 'checkCounters':
      return db.engine.reconcileTotals(db);
    case 'plainReset':
      return sql`update ${db.engine.table('work_items')} set status = 'pending'
        where status = 'completed' and source_name = ${request.source}`
        .execute(db.q)
        .then(() => undefined);
    case 'timePasses':
      return passTime(db, minutesToMs(request.minutes));
    case 'crash':
      return Promise.resolve();
  }
}

async function readyWhatIsDue({ q, engine }: Db): Promise<void> {
  await q
    .updateTable('work_items')
    .set({ wait_reason: null })
    .where('status', '=', 'pending')
    .where('wait_reason', '=', 'backoff')
    .where('available_at', '<=', engine.now())
    .execute();
}

const fenceOf = ({ workItemId, leaseId }: ClaimedItem): Fence => ({ workItemId, leaseId });

async function enqueue(store: StateStore, items: readonly NewWorkItem[]): Promise<string[]> {
  const [only] = items;
  if (!only || items.length > 1) return store.enqueueMany(items);
  return (await store.enqueue(only)) ? [only.workItemId ?? ''] : [];
}

async function completeMany(
  store: StateStore,
  inputs: readonly CompletionInput[],
): Promise<unknown[]> {
  const settled = await store.completeMany(inputs);
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

const newItemOf = (item: PlannedItem): NewWorkItem => ({
  workItemId: item.id,
  sourceSystem: sources[item.source].system,
  sourceName: item.source,
  resourceType: 'page',
  resourceId: item.resource,
  requestUri: `https://${hostOf(item.source, item.resource)}/${item.resource}`,
  priority: item.priority,
  depth: item.depth,
  runId: item.run === null ? null : runIds[item.run],
  ...(item.inMinutes === 0
    ? {}
    : { availableAt: new Date(Date.now() + minutesToMs(item.inMinutes)).toISOString() }),
});

/** Content hashes as the database keeps them. */
export const hashOf = (content: string): string => content.slice(-1).repeat(64);

function completionOf({ fence, brings, finds }: PlannedCompletion): CompletionInput {
  const content = brings === 'content-1' || brings === 'content-2' ? brings : null;
  return {
    fence,
    attempt: anAttempt(),
    record: content && aRecord({ ingestId: newId(), contentHash: hashOf(content) }),
    alias: brings === 'alias',
    validators: noValidators,
    discovered: finds.map(newItemOf),
  };
}
