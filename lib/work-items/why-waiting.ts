/**
 * "Why isn't this item running?" A pure answer from the item, its source, its host, its run and the
 * database's clock; every reason that holds is named, the one that decides first.
 */
import type { Instant } from '#db/schema.ts';
import { isOnHold } from './hold.ts';
import type { WorkItemStatus } from './model.ts';

export interface WaitingFacts {
  /** The database's clock. */
  readonly now: Instant;
  readonly item: {
    readonly status: WorkItemStatus;
    readonly availableAt: Instant;
    readonly waitReason: string | null;
    readonly attempt: number;
    readonly leaseOwner: string | null;
    readonly leaseUntil: Instant | null;
    readonly host: string | null;
  };
  /** Null when no source of that name exists any more. */
  readonly source: {
    readonly name: string;
    readonly enabled: boolean;
    readonly pausedAt: Instant | null;
    readonly pausedReason: string | null;
    readonly rateDelayMs: number;
    readonly maxAttempts: number;
    readonly nextSlotAt: Instant | null;
    readonly slotUntil: Instant | null;
  } | null;
  readonly host: {
    readonly blockedUntil: Instant | null;
    readonly blockedReason: string | null;
    /** Its own least time between two requests, ms; 0 or null = none. */
    readonly delayMs: number | null;
    /** Its slot, which all sources share; absent = free. */
    readonly nextSlotAt?: Instant | null;
    readonly slotUntil?: Instant | null;
    /** Requests it takes at the same moment, and those under way; null or absent = no limit. */
    readonly room?: { readonly most: number; readonly inFlight: number } | null;
  } | null;
  readonly run: {
    readonly status: 'running' | 'completed' | 'failed' | 'cancelled';
    readonly pausedAt: Instant | null;
  } | null;
  readonly workersAlive: number;
  /** Claimable items of the same source that go first; null when not counted. */
  readonly ahead: number | null;
}

export type WaitingCode =
  | 'completed'
  | 'failed'
  | 'skipped'
  | 'running'
  | 'lease_expired'
  | 'source_removed'
  | 'source_disabled'
  | 'source_paused'
  | 'run_paused'
  | 'held'
  | 'host_blocked'
  | 'backoff'
  | 'scheduled'
  | 'polite_slot'
  | 'host_full'
  | 'no_workers'
  | 'queued';

export interface WaitingReason {
  readonly code: WaitingCode;
  /** A sentence for a person. */
  readonly sentence: string;
  /** When this reason ends by itself; null when somebody must act, or nothing is waited for. */
  readonly until: Instant | null;
}

export interface WaitingAnswer {
  /** True while the item is pending or held by a worker. */
  readonly unfinished: boolean;
  /** At least one; the deciding one first. */
  readonly reasons: readonly [WaitingReason, ...WaitingReason[]];
  /** When all reasons have ended by themselves; null when one of them needs a person, or at once. */
  readonly readyAt: Instant | null;
}

const reason = (
  code: WaitingCode,
  sentence: string,
  until: Instant | null = null,
): WaitingReason => ({
  code,
  sentence,
  until,
});

/** Reasons that only a person can end. */
const needsPerson: ReadonlySet<WaitingCode> = new Set([
  'source_removed',
  'source_disabled',
  'source_paused',
  'run_paused',
  'held',
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
      return settled(reason('skipped', 'It was skipped. Retry it to put it back into the queue.'));
    case 'in_progress':
      return { unfinished: true, reasons: [held(facts)], readyAt: null };
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

function held({ now, item }: WaitingFacts): WaitingReason {
  const owner = item.leaseOwner ?? 'An unknown worker';
  return item.leaseUntil !== null && item.leaseUntil > now
    ? reason('running', `${owner} is working on it and holds its lease.`, item.leaseUntil)
    : reason(
        'lease_expired',
        `${owner} stopped renewing its lease. A worker will return the item to the queue within a minute.`,
      );
}

function pending(facts: WaitingFacts): WaitingAnswer {
  const waits = [
    ...sourceReasons(facts),
    ...runReasons(facts),
    ...hostReasons(facts),
    ...timeReasons(facts),
    ...slotReasons(facts),
    ...roomReasons(facts),
    ...(facts.workersAlive === 0
      ? [reason('no_workers', 'No worker is running. Start one with “pnpm worker”.')]
      : []),
  ];
  const [first, ...rest] = waits;
  if (first === undefined) {
    return { unfinished: true, reasons: [queued(facts)], readyAt: null };
  }
  const endsByItself = waits.every((wait) => !needsPerson.has(wait.code));
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

function queued({ ahead }: WaitingFacts): WaitingReason {
  if (ahead === null) return reason('queued', 'It is ready and waits for its turn.');
  if (ahead === 0)
    return reason('queued', 'It is next in its source’s queue; a worker will take it.');
  const count = ahead.toLocaleString('en');
  return reason(
    'queued',
    `It is ready; ${count} ${ahead === 1 ? 'item goes' : 'items go'} before it in its source’s queue.`,
  );
}

function sourceReasons({ source }: WaitingFacts): WaitingReason[] {
  if (source === null) {
    return [
      reason(
        'source_removed',
        'Its source no longer exists. Create a source of the same name, or skip the item.',
      ),
    ];
  }
  const reasons: WaitingReason[] = [];
  if (!source.enabled) {
    reasons.push(
      reason('source_disabled', `The source “${source.name}” is switched off. Enable it.`),
    );
  }
  if (source.pausedAt !== null) {
    const because = source.pausedReason ? ` (${source.pausedReason})` : '';
    reasons.push(
      reason('source_paused', `The source “${source.name}” is paused${because}. Resume it.`),
    );
  }
  return reasons;
}

function runReasons({ item, run }: WaitingFacts): WaitingReason[] {
  if (isOnHold(item)) {
    return [reason('held', 'Its run was stopped; launch a run of the source or retry the item.')];
  }
  return run?.status === 'running' && run.pausedAt !== null
    ? [reason('run_paused', 'Its run is paused. Resume the run.')]
    : [];
}

function hostReasons({ now, item, host }: WaitingFacts): WaitingReason[] {
  if (!host?.blockedUntil || host.blockedUntil <= now) return [];
  const because = host.blockedReason ? `: ${host.blockedReason}` : '';
  return [
    reason(
      'host_blocked',
      `The host ${item.host ?? ''} asked us to wait${because}.`,
      host.blockedUntil,
    ),
  ];
}

function timeReasons({ now, item, source }: WaitingFacts): WaitingReason[] {
  if (item.availableAt <= now || isOnHold(item)) return [];
  if (item.waitReason === 'backoff') {
    const of = source ? ` of ${source.maxAttempts}` : '';
    return [
      reason(
        'backoff',
        `Attempt ${item.attempt}${of} failed; it is tried again later.`,
        item.availableAt,
      ),
    ];
  }
  return [reason('scheduled', 'It is scheduled for later.', item.availableAt)];
}

/** The fleet's polite rate: one request of a source and to a host in flight, never sooner than the delay. */
function slotReasons({ now, item, source, host }: WaitingFacts): WaitingReason[] {
  if (source === null) return [];
  const hostDelayMs = host?.delayMs ?? 0;
  const delayMs = Math.max(source.rateDelayMs, hostDelayMs);
  if (delayMs === 0) return [];
  const latest = (...ends: (Instant | null | undefined)[]): Instant | undefined =>
    ends
      .flatMap((end) => (typeof end === 'string' && end > now ? [end] : []))
      .sort()
      .at(-1);
  const ofSource = latest(source.nextSlotAt, source.slotUntil);
  const ofHost = latest(host?.nextSlotAt, host?.slotUntil);
  const until = latest(ofSource, ofHost);
  if (!until) return [];
  const name = `The host ${item.host ?? ''}`;
  const every = `every ${(delayMs / 1000).toLocaleString('en', { maximumFractionDigits: 1 })} s`;
  const sentence =
    hostDelayMs > source.rateDelayMs
      ? `${name} is asked once ${every}, over all sources and workers.`
      : ofHost !== undefined && ofHost > (ofSource ?? '')
        ? `${name} was just asked for another source; both keep its distance, over all workers.`
        : `The source “${source.name}” takes one request ${every}, over all workers.`;
  return [reason('polite_slot', sentence, until)];
}

function roomReasons({ item, host }: WaitingFacts): WaitingReason[] {
  const room = host?.room;
  if (!room || room.inFlight < room.most) return [];
  const takes = room.most === 1 ? 'one request' : `${room.most} requests`;
  return [
    reason(
      'host_full',
      `The host ${item.host ?? ''} takes ${takes} at a time, and so many are under way.`,
    ),
  ];
}
