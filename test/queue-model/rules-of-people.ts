/** What people, and time, do to the queue, as the model understands it. */
import { mayMove } from '#lib/queue/lifecycle.ts';
import { isHeld, type ModelItem, type QueueModel, runOf } from './queue-model.ts';
import type { RequestOf } from './request.ts';
import {
  countedRunOf,
  countOutcome,
  failedBecameSkipped,
  openRunOf,
  settle,
  settleReturned,
} from './run-numbers.ts';
import { type RunName, runNames } from './world.ts';

export function recrawl(
  model: QueueModel,
  { source, statuses, into }: RequestOf<'recrawl'>,
): number | string {
  if (into !== null && model.runs[into].status !== 'running') return 'run_ended';
  const wanted = statuses ?? ['completed'];
  const matching = model.items.filter(
    (item) =>
      !isHeld(item) && wanted.includes(item.status) && (source === null || item.source === source),
  );
  for (const item of matching) reopen(model, item, into);
  return matching.length;
}

/** Back to pending with attempts at 0: in the run that is named, in its own while that runs, or in none. */
function reopen(model: QueueModel, item: ModelItem, into: RunName | null): void {
  const before = runOf(model, item);
  const stays = before?.status === 'running';
  const run = into ?? (stays ? item.run : null);
  if (before && stays) {
    countOutcome(before, item.status, -1);
    if (run !== item.run) before.total -= 1;
  }
  if (into !== null && into !== item.run) model.runs[into].total += 1;
  item.run = run;
  item.status = 'pending';
  item.attempt = 0;
  item.availableAt = model.now;
  item.held = false;
  item.backsOff = false;
  item.errorCode = null;
}

export function changeItems(
  model: QueueModel,
  { kind, ids }: RequestOf<'recrawlItems' | 'retryItems' | 'skipItems'>,
): { changed: number; refused: number } {
  const allowed = {
    recrawlItems: (item: ModelItem) =>
      item.held || ['completed', 'failed', 'skipped'].includes(item.status),
    retryItems: (item: ModelItem) =>
      item.held ||
      ['failed', 'skipped'].includes(item.status) ||
      (item.status === 'pending' && item.backsOff && item.availableAt > model.now),
    skipItems: (item: ModelItem) => ['pending', 'failed'].includes(item.status),
  }[kind];
  const items = model.items.filter((item) => ids.includes(item.id) && allowed(item));
  for (const item of items) {
    if (kind === 'skipItems') skip(model, item);
    else reopen(model, item, null);
  }
  return { changed: items.length, refused: ids.length - items.length };
}

function skip(model: QueueModel, item: ModelItem): void {
  const run = openRunOf(model, item);
  if (item.status === 'failed') failedBecameSkipped(run);
  else countOutcome(run, 'skipped');
  item.status = 'skipped';
  item.held = false;
}

export function updateStatus(
  model: QueueModel,
  { id, status, leaseId }: RequestOf<'updateStatus'>,
): string {
  const item = model.items.find((one) => one.id === id);
  if (!item) return 'not_found';
  if (leaseId !== null && item.lease?.id !== leaseId) return 'lease_lost';
  if (item.status === status) return 'ok';
  if (!mayMove(item.status, status)) return 'transition_not_allowed';
  if (status === 'pending' && !isHeld(item)) {
    reopen(model, item, null);
    return 'ok';
  }
  const run = isHeld(item) ? countedRunOf(model, item) : openRunOf(model, item);
  if (item.status === 'failed') failedBecameSkipped(run);
  else countOutcome(run, status);
  item.status = status;
  item.lease = null;
  item.errorCode = null;
  item.held = false;
  if (status === 'pending') {
    item.availableAt = model.now;
    settleReturned(model, item);
  }
  return 'ok';
}

export function changeRun(
  model: QueueModel,
  { kind, run: name }: RequestOf<'pauseRun' | 'resumeRun' | 'stopRun' | 'cancelRun'>,
): string {
  const run = model.runs[name];
  if (run.status !== 'running') return 'run_ended';
  run.paused = kind === 'pauseRun';
  if (kind === 'pauseRun' || kind === 'resumeRun') return 'ok';
  run.status = kind === 'cancelRun' ? 'cancelled' : 'completed';
  run.endReason = kind === 'cancelRun' ? 'cancelled' : 'stopped';
  for (const item of model.items) {
    if (item.run !== name || item.status !== 'pending') continue;
    settle(model, item);
  }
  run.emptying = model.items.some((item) => item.run === name && isHeld(item));
  return 'ok';
}

/**
 * A worker empties the runs that have ended. What was queued then is settled; what plain SQL has sent round again
 * since leaves them, and waits as it is.
 */
export function emptyEndedRuns(model: QueueModel): void {
  for (const name of runNames) {
    const run = model.runs[name];
    if (!run.emptying) continue;
    const items = model.items.filter((item) => item.run === name);
    for (const item of items) if (item.status === 'pending') item.run = null;
    run.emptying = items.some(isHeld);
  }
}

/** Runs of which nothing waits or is held come to their end. */
export function finishRuns(model: QueueModel): number {
  const done = runNames.filter((name) => {
    const open = model.items.some(
      (item) => item.run === name && (item.status === 'pending' || isHeld(item)),
    );
    return model.runs[name].status === 'running' && !open;
  });
  for (const name of done) {
    const run = model.runs[name];
    run.status = 'completed';
    run.endReason = run.overBudget > 0 ? 'budget' : 'finished';
    run.paused = false;
  }
  return done.length;
}

/** `UPDATE work_items SET status = 'pending' WHERE status = 'completed' AND …`, and nothing more. */
export function plainReset(model: QueueModel, { source }: RequestOf<'plainReset'>): void {
  for (const item of model.items) {
    if (item.source === source && item.status === 'completed') item.status = 'pending';
  }
}
