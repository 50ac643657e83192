/** The statuses an item went through, derived from its attempts and from its status now. */
import type { AttemptOutcome, Instant, WorkItemStatus } from '#db/schema.ts';
import type { WorkItem, WorkItemAttempt } from '#lib/queue/model.ts';

export interface Stretch {
  readonly status: WorkItemStatus;
  readonly from: Instant;
  /** Null for the present one. */
  readonly until: Instant | null;
}

/** What an item is after an attempt, until something else happens to it. */
const after: Readonly<Record<AttemptOutcome, WorkItemStatus>> = {
  completed: 'completed',
  unchanged: 'completed',
  retry: 'pending',
  released: 'pending',
  expired: 'pending',
  failed: 'failed',
  skipped: 'skipped',
};

type Standing = Pick<WorkItem, 'status' | 'createdAt' | 'updatedAt' | 'claimedAt'>;
type Lease = Pick<WorkItemAttempt, 'startedAt' | 'finishedAt' | 'outcome'>;

/**
 * Oldest first; the last one is the present. What a person or a run did between two attempts shows only
 * in the status that followed: when it was, is not kept with the item.
 * @param attempts newest first, as `WorkItemDetail` has them; of a long history the last ones will do
 */
export function statusTimeline(item: Standing, attempts: readonly Lease[]): Stretch[] {
  const oldest = attempts.at(-1);
  const stretches: Stretch[] = [];
  const add = (status: WorkItemStatus, from: Instant, until: Instant | null) => {
    const last = stretches.at(-1);
    if (last?.status === status) stretches[stretches.length - 1] = { ...last, until };
    else if (until === null || until > from) stretches.push({ status, from, until });
  };
  let status: WorkItemStatus = 'pending';
  let at = item.createdAt;
  // A row that was put back by hand may be younger than its history.
  if (oldest && oldest.startedAt < at) at = oldest.startedAt;
  for (const { startedAt, finishedAt, outcome } of attempts.toReversed()) {
    add(status, at, startedAt);
    add('in_progress', startedAt, finishedAt);
    status = after[outcome];
    at = finishedAt;
  }
  if (item.status === 'in_progress') {
    const claimed = item.claimedAt ?? item.updatedAt;
    add(status, at, claimed);
    add('in_progress', claimed, null);
  } else if (item.status === status) {
    add(status, at, null);
  } else {
    add(status, at, item.updatedAt);
    add(item.status, item.updatedAt, null);
  }
  return stretches;
}
