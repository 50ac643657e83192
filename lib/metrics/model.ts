/** What the overview shows. Exact unless it says as of when. */
import type { Instant, RunStatus, WorkItemStatus } from '#db/schema.ts';
import type { WaitingReason } from '#lib/items/waiting/waiting-reasons.ts';
import type { Run } from '#lib/runs/model.ts';

export type StatusTotals = Readonly<Record<WorkItemStatus, number>>;

export interface SourceTotals {
  readonly sourceSystem: string;
  readonly sourceName: string;
  readonly totals: StatusTotals;
}

export const throughputWindows = ['1h', '24h', '7d'] as const;
export type ThroughputWindow = (typeof throughputWindows)[number];

export interface ThroughputPoint {
  /** Start of the minute or hour. */
  readonly at: Instant;
  /** Fetched and stored, or found unchanged. */
  readonly completed: number;
  readonly failed: number;
  readonly retried: number;
}

export interface Throughput {
  readonly window: ThroughputWindow;
  readonly unit: 'minute' | 'hour';
  /** Every unit of the window, oldest first; the last one is still going on. */
  readonly points: readonly ThroughputPoint[];
}

export interface ActiveRun {
  readonly runId: string;
  readonly name: string;
  readonly kind: string;
  readonly phase: Run['phase'];
  readonly startedAt: Instant;
  readonly pausedAt: Instant | null;
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly skipped: number;
  /** These three as `forecastRun` says; discovery may still add items. */
  readonly perMinute: number;
  readonly etaMs: number | null;
  readonly waits: WaitingReason | null;
}

/** The run that was launched last of those that have ended. */
export interface LastRun
  extends Pick<
    ActiveRun,
    'runId' | 'name' | 'kind' | 'total' | 'succeeded' | 'failed' | 'skipped'
  > {
  readonly status: Exclude<RunStatus, 'running'>;
  readonly endReason: Run['endReason'];
  readonly endedAt: Instant | null;
}

export interface ErrorExample {
  readonly workItemId: string;
  readonly resourceId: string;
  readonly message: string | null;
}

export interface ErrorCluster {
  readonly code: string;
  /** Null when no answer came. */
  readonly httpStatus: number | null;
  /** Null for types that never use the network. */
  readonly host: string | null;
  /** Null when items of several sources failed so. */
  readonly sourceName: string | null;
  /** Attempts of the window that ended so. */
  readonly attempts: number;
  /** Those after which the item was given up. */
  readonly failed: number;
  readonly lastAt: Instant;
  /** Attempts per unit of the window, oldest first. */
  readonly series: readonly number[];
  readonly example: ErrorExample | null;
}

export interface ErrorClusters {
  readonly window: ThroughputWindow;
  readonly asOf: Instant;
  readonly from: Instant;
  readonly clusters: readonly ErrorCluster[];
  /** There are more than are shown. */
  readonly more: boolean;
}

export interface StaleShare {
  readonly sourceSystem: string;
  readonly sourceName: string;
  readonly stale: number;
  /** True when counting stopped at its bound: there are more. */
  readonly isAtLeast: boolean;
  readonly total: number;
}

export interface Backoff {
  readonly sourceName: string;
  readonly items: number;
  /** When the first of them may be tried again. */
  readonly nextAt: Instant;
}

export interface Warning {
  readonly kind:
    | 'no_workers'
    | 'disk_low'
    | 'workers_lost'
    | 'leases_rescued'
    | 'clock_skew'
    | 'deadlocks'
    | 'database_busy'
    | 'connections_lost'
    | 'pool_saturated'
    | 'console_pool_saturated'
    | 'replica_away'
    | 'hosts_blocked'
    | 'totals_repaired'
    | 'sources_paused';
  readonly title: string;
  readonly detail: string;
  readonly href: string;
}

export interface Overview {
  readonly asOf: Instant;
  readonly totals: StatusTotals;
  readonly total: number;
  readonly sources: readonly SourceTotals[];
  readonly throughput: Throughput;
  readonly runs: readonly ActiveRun[];
  readonly lastRun: LastRun | null;
  readonly oldestClaimable: { readonly since: Instant; readonly ageMs: number } | null;
  readonly errors: readonly ErrorCluster[];
  readonly backoff: readonly Backoff[];
  readonly workers: { readonly alive: number; readonly inFlight: number };
  readonly warnings: readonly Warning[];
}

/** A group of failures in an address. */
export const failuresKey = ({
  code,
  httpStatus,
  host,
}: Pick<ErrorCluster, 'code' | 'httpStatus' | 'host'>): string =>
  [code, httpStatus ?? '', host ?? ''].join('/');
