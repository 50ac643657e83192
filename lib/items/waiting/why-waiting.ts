/**
 * "Why isn't this item running?" A pure answer from the item, its source, its host, its run and the
 * database's clock; every reason that applies is named, the deciding one first.
 */
import type { Instant } from '#db/schema.ts';
import { missingCode } from '#lib/queue/finish/missing.ts';
import {
  diskReasons,
  hostReasons,
  noWorkers,
  reason,
  reasonUntil,
  roomReasons,
  runReasons,
  slotReasons,
  sourceReasons,
  stopReasons,
  timeReasons,
  turnOf,
  type WaitingCode,
  type WaitingFacts,
  type WaitingReason,
} from './waiting-reasons.ts';

export interface WaitingAnswer {
  /** True while the item is pending or leased. */
  readonly unfinished: boolean;
  /** At least one; the deciding one first. */
  readonly reasons: readonly [WaitingReason, ...WaitingReason[]];
  /** When all reasons have ended by themselves; null when one of them needs a person, or at once. */
  readonly readyAt: Instant | null;
}

/** Reasons that leave the item where it is until a person acts. */
const needsPerson: ReadonlySet<WaitingCode> = new Set([
  'source_removed',
  'source_disabled',
  'source_paused',
  'disk_low',
  'run_paused',
  'run_spent',
  'on_hold',
  'no_workers',
]);

export function whyWaiting(facts: WaitingFacts): WaitingAnswer {
  switch (facts.item.status) {
    case 'completed':
      return settled(reason('completed', 'Nothing is left to do. Recrawl it to fetch it again.'));
    case 'failed':
      return settled(
        reason(
          'failed',
          `It was given up after ${times(facts.item.attempt)}. Correct the cause, then retry it.`,
        ),
      );
    case 'skipped':
      return settled(
        reason(
          'skipped',
          facts.item.errorCode === missingCode
            ? 'Its resource is no longer there. A recrawl of what is due looks at it again, ever more rarely.'
            : 'It was skipped. Retry it to put it back into the queue.',
        ),
      );
    case 'in_progress':
      return { unfinished: true, reasons: [leased(facts)], readyAt: null };
    case 'pending':
      return pending(facts);
  }
}

const settled = (only: WaitingReason): WaitingAnswer => ({
  unfinished: false,
  reasons: [only],
  readyAt: null,
});

const times = (attempts: number) => (attempts === 1 ? '1 attempt' : `${attempts} attempts`);

function leased({ now, item }: WaitingFacts): WaitingReason {
  const owner = item.leaseOwner ?? 'An unknown worker';
  return item.leaseUntil !== null && item.leaseUntil > now
    ? reason('running', `${owner} is working on it and holds its lease.`, item.leaseUntil)
    : reasonUntil(
        'lease_expired',
        `${owner} stopped renewing its lease.`,
        'A worker will return the item to the queue within a minute.',
      );
}

function pending(facts: WaitingFacts): WaitingAnswer {
  const waits = [
    ...stopReasons(facts),
    ...diskReasons(facts),
    ...sourceReasons(facts),
    ...runReasons(facts),
    ...hostReasons(facts),
    ...timeReasons(facts),
    ...slotReasons(facts),
    ...roomReasons(facts),
    ...(facts.workersAlive === 0 ? [noWorkers] : []),
  ];
  const [first, ...rest] = waits;
  if (first === undefined) {
    return { unfinished: true, reasons: [queued(facts)], readyAt: null };
  }
  const endsByItself = waits.every(
    ({ code, until }) =>
      !needsPerson.has(code) && ((code !== 'stopped' && code !== 'host_blocked') || until !== null),
  );
  const latest = waits
    .map((wait) => wait.until)
    .filter((until) => until !== null)
    .sort()
    .at(-1);
  return {
    unfinished: true,
    reasons: [first, ...rest],
    readyAt: endsByItself ? (latest ?? null) : null,
  };
}

function queued(facts: WaitingFacts): WaitingReason {
  const { ahead } = facts;
  const change = turnOf(facts);
  if (ahead === null) return reasonUntil('queued', 'It is ready and waits for its turn.', change);
  if (ahead === 0) return reasonUntil('queued', 'It is next in its source’s queue.', change);
  const count = ahead.toLocaleString('en');
  return reasonUntil(
    'queued',
    `It is ready; ${count} ${ahead === 1 ? 'item goes' : 'items go'} before it in its source’s queue.`,
    change,
  );
}
