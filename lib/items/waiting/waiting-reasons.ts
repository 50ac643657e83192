/** What is known of an item that waits, and the reasons for which it does, each judged by itself. */
import type { Instant, WorkItemStatus } from '#db/schema.ts';
import { type LowDisk, lowDiskSentence } from '#lib/disks/low-disk.ts';
import { endOfBlock } from '#lib/hosts/blocks.ts';
import { isOnHold } from '#lib/queue/hold.ts';
import { type Stop, stopSentence } from '#lib/stops/read-stop.ts';

export interface WaitingFacts {
  /** The database's clock. */
  readonly now: Instant;
  /** Set while everything is stopped. */
  readonly stop: Stop | null;
  readonly item: {
    readonly status: WorkItemStatus;
    readonly availableAt: Instant;
    readonly waitReason: string | null;
    readonly attempt: number;
    readonly errorCode?: string | null;
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
    readonly pausedUntil: Instant | null;
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
    /** Set when the host says that our budget of the period is spent; absent = it has not said so. */
    readonly budget?: { readonly resetsAt: Instant | null } | null;
    /** Requests it takes at the same moment, and those under way; null or absent = no limit. */
    readonly room?: { readonly most: number; readonly inFlight: number } | null;
  } | null;
  readonly run: {
    readonly status: 'running' | 'completed' | 'failed' | 'cancelled';
    readonly pausedAt: Instant | null;
    /** Its budget of time or of requests is used up. */
    readonly budgetSpent: boolean;
  } | null;
  readonly workersAlive: number;
  /** Set while every worker waits for room on a disk. */
  readonly lowDisk?: LowDisk | null;
  /** Claimable items of the same source that go first; null when not counted. */
  readonly ahead: number | null;
}

export type WaitingCode =
  | 'completed'
  | 'failed'
  | 'skipped'
  | 'running'
  | 'lease_expired'
  | 'stopped'
  | 'disk_low'
  | 'source_removed'
  | 'source_disabled'
  | 'source_paused'
  | 'run_paused'
  | 'run_spent'
  | 'on_hold'
  | 'host_blocked'
  | 'host_budget'
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
  /** When this reason ends by itself; null when that is not a moment anybody knows. */
  readonly until: Instant | null;
  /** What ends it, where `until` does not say: a sentence; null when nothing is waited for. */
  readonly change: string | null;
}

export const reason = (
  code: WaitingCode,
  sentence: string,
  until: Instant | null = null,
): WaitingReason => ({ code, sentence, until, change: null });

/** A reason that ends with what somebody or something does, not at a moment. */
export const reasonUntil = (
  code: WaitingCode,
  sentence: string,
  change: string,
): WaitingReason => ({
  code,
  sentence,
  until: null,
  change,
});

/** When its turn comes: of a source that keeps a distance that can be foretold. */
export function turnOf(facts: WaitingFacts): string {
  const delayMs = distanceOf(facts);
  if (delayMs === 0) return 'A worker that has room will take it.';
  if (facts.ahead === null) {
    return `One request ${every(delayMs)}, and more than a thousand items before it.`;
  }
  if (facts.ahead === 0) return 'A worker will take it with the next request.';
  return `At one request ${every(delayMs)} that takes ${span(facts.ahead * delayMs)}, less where one request asks for several items.`;
}

const distanceOf = ({ source, host }: WaitingFacts): number =>
  Math.max(source?.rateDelayMs ?? 0, host?.delayMs ?? 0);

const every = (ms: number) =>
  `every ${(ms / 1000).toLocaleString('en', { maximumFractionDigits: 1 })} s`;

function span(ms: number): string {
  const [size, unit] =
    ms < 90_000
      ? [1_000, 'second']
      : ms < 5_400_000
        ? [60_000, 'minute']
        : ms < 129_600_000
          ? [3_600_000, 'hour']
          : [86_400_000, 'day'];
  const count = Math.max(1, Math.round(ms / size));
  return `about ${count} ${unit}${count === 1 ? '' : 's'}`;
}

export const noWorkers = reasonUntil(
  'no_workers',
  'No worker is running. Start one with “pnpm worker”.',
  'This changes as soon as a worker has started.',
);

export function stopReasons({ stop }: Pick<WaitingFacts, 'stop'>): WaitingReason[] {
  if (stop === null) return [];
  const sentence = stopSentence(stop);
  return [
    stop.until === null
      ? reasonUntil('stopped', sentence, 'It waits until somebody does.')
      : reason('stopped', sentence, stop.until),
  ];
}

export const diskReasons = ({ lowDisk }: Pick<WaitingFacts, 'lowDisk'>): WaitingReason[] =>
  lowDisk
    ? [
        reasonUntil(
          'disk_low',
          lowDiskSentence(lowDisk),
          'It goes on by itself when there is room: shorten what is kept, or enlarge the disk.',
        ),
      ]
    : [];

export function sourceReasons({ source }: WaitingFacts): WaitingReason[] {
  if (source === null) {
    return [
      reasonUntil(
        'source_removed',
        'Its source no longer exists. Create a source of the same name, or skip the item.',
        'It waits until somebody does.',
      ),
    ];
  }
  const reasons: WaitingReason[] = [];
  if (!source.enabled) {
    reasons.push(
      reasonUntil(
        'source_disabled',
        `The source “${source.name}” is switched off. Enable it.`,
        'It waits until somebody does.',
      ),
    );
  }
  if (source.pausedAt !== null) {
    const because = source.pausedReason ? ` (${source.pausedReason})` : '';
    const sentence = `The source “${source.name}” is paused${because}.`;
    reasons.push(
      source.pausedUntil === null
        ? reasonUntil('source_paused', `${sentence} Resume it.`, 'It waits until somebody does.')
        : reason('source_paused', sentence, source.pausedUntil),
    );
  }
  return reasons;
}

export function runReasons({ item, run }: WaitingFacts): WaitingReason[] {
  if (isOnHold(item)) {
    return [
      reasonUntil(
        'on_hold',
        'It is on hold; take it off hold or retry it, or launch a run of its source.',
        'It waits until somebody does.',
      ),
    ];
  }
  if (run?.status !== 'running') return [];
  const reasons: WaitingReason[] = [];
  if (run.budgetSpent) {
    reasons.push(
      reasonUntil(
        'run_spent',
        'Its run has used up its budget of time or of requests.',
        'The run ends within a minute; the item is then on hold until the next run of its source.',
      ),
    );
  }
  if (run.pausedAt !== null) {
    reasons.push(
      reasonUntil(
        'run_paused',
        'Its run is paused. Resume the run.',
        'It waits until somebody does.',
      ),
    );
  }
  return reasons;
}

export function hostReasons({ now, item, host }: WaitingFacts): WaitingReason[] {
  if (!host?.blockedUntil || host.blockedUntil <= now) return budgetReasons({ item, host });
  const because = host.blockedReason ? `: ${host.blockedReason}` : '';
  const sentence = `The host ${item.host ?? ''} is blocked${because}.`;
  const until = endOfBlock(host.blockedUntil);
  return [
    until === null
      ? reasonUntil('host_blocked', sentence, 'It waits until somebody clears the block.')
      : reason('host_blocked', sentence, until),
  ];
}

/** What a host that is not blocked yet last said: a request would be refused. */
function budgetReasons({ item, host }: Pick<WaitingFacts, 'item' | 'host'>): WaitingReason[] {
  if (!host?.budget) return [];
  const { resetsAt } = host.budget;
  const sentence = `Our budget at the host ${item.host ?? ''} is spent.`;
  return [
    resetsAt === null
      ? reasonUntil('host_budget', sentence, 'The host does not say when it is renewed.')
      : reason('host_budget', sentence, resetsAt),
  ];
}

export function timeReasons({ now, item, source }: WaitingFacts): WaitingReason[] {
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
export function slotReasons(facts: WaitingFacts): WaitingReason[] {
  const { now, item, source, host, ahead } = facts;
  if (source === null) return [];
  const hostDelayMs = host?.delayMs ?? 0;
  const delayMs = distanceOf(facts);
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
  const often = every(delayMs);
  const sentence =
    hostDelayMs > source.rateDelayMs
      ? `${name} is asked once ${often}, over all sources and workers.`
      : ofHost !== undefined && ofHost > (ofSource ?? '')
        ? `${name} was just asked for another source; both keep its distance, over all workers.`
        : `The source “${source.name}” takes one request ${often}, over all workers.`;
  const place = ahead === null || ahead > 0 ? turnOf(facts) : null;
  return [{ ...reason('polite_slot', sentence, until), change: place }];
}

export function roomReasons({ item, host }: WaitingFacts): WaitingReason[] {
  const room = host?.room;
  if (!room || room.inFlight < room.most) return [];
  const takes = room.most === 1 ? 'one request' : `${room.most} requests`;
  return [
    reasonUntil(
      'host_full',
      `The host ${item.host ?? ''} takes ${takes} at a time, and so many are under way.`,
      'The next may be sent as soon as one of them has come back.',
    ),
  ];
}
