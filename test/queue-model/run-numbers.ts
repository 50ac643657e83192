/** How the model keeps the numbers of its runs. */
import type { WorkItemStatus } from '#db/schema.ts';
import { type ModelItem, type ModelRun, type QueueModel, runOf } from './queue-model.ts';

/** An item of the run comes to `status`, or leaves it with -1. */
export function countOutcome(run: ModelRun | null, status: WorkItemStatus, by: 1 | -1 = 1): void {
  if (run === null || status === 'pending' || status === 'in_progress') return;
  run.processed += by;
  run[status === 'completed' ? 'succeeded' : status] += by;
}

/**
 * The run that an item in a worker's hands still counts into, null when none: one that is running or being emptied, and
 * of an ended run what its numbers leave open.
 */
export function countedRunOf(model: QueueModel, item: ModelItem): ModelRun | null {
  const run = runOf(model, item);
  return openRunOf(model, item) ?? (run && run.processed < run.total ? run : null);
}

/** The numbers of a run that has ended and is emptied are history for what is in nobody's hands. */
export const openRunOf = (model: QueueModel, item: ModelItem): ModelRun | null => {
  const run = runOf(model, item);
  return run && (run.status === 'running' || run.emptying) ? run : null;
};

/** A failed item that is skipped was counted already; the numbers of a run that has ended stay. */
export function failedBecameSkipped(run: ModelRun | null): void {
  if (run === null) return;
  run.failed -= 1;
  run.skipped += 1;
}

/** A leased item came back to pending. What is no part of its ended run any more leaves it, and waits as it is. */
export function settleReturned(model: QueueModel, item: ModelItem): 'pending' | 'skipped' {
  if (countedRunOf(model, item) === null) {
    item.run = null;
    return 'pending';
  }
  return settle(model, item);
}

/** A pending item whose run has ended: in a cancelled run it is skipped, after a stop it is held. */
export function settle(model: QueueModel, item: ModelItem): 'pending' | 'skipped' {
  const run = runOf(model, item);
  if (run === null || run.status === 'running') return 'pending';
  if (run.status === 'cancelled') {
    item.status = 'skipped';
    countOutcome(run, 'skipped');
    return 'skipped';
  }
  run.total -= 1;
  hold(item);
  return 'pending';
}

export function hold(item: ModelItem): void {
  item.run = null;
  item.held = true;
  item.availableAt = Number.POSITIVE_INFINITY;
}
