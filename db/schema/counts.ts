/** What is counted, so that a page need not. */
import type { Generated } from 'kysely';
import type { AttemptOutcome } from './queue.ts';
import type { Instant } from './values.ts';

export interface AttemptCountsTable {
  unit: 'minute' | 'hour';
  /** Start of the minute or hour. */
  starts_at: Instant;
  count_id: string;
  source_system: string;
  source_name: string;
  outcome: AttemptOutcome;
  /** Null with status and host where nothing went wrong. */
  error_code: string | null;
  http_status: number | null;
  host: string | null;
  attempts: number;
  last_at: Instant;
  /** The newest attempt counted here, as an example. */
  last_attempt_id: string;
}

/** One row: up to where attempts were counted, exclusive; null = nothing was. */
export interface AttemptCountHeadTable {
  head_id: number;
  minutes_to: Instant | null;
  hours_to: Instant | null;
}

export interface SourceTotalsTable {
  source_system: string;
  source_name: string;
  status: string;
  item_count: number;
}

/** SQL Server only: append-only deltas written by the trigger, rolled up into the counters. */
export interface SourceTotalDeltasTable {
  delta_id: Generated<string>;
  source_system: string;
  source_name: string;
  status: string;
  delta: number;
}

/** Totals per host (`''` = items without one) and status. */
export interface HostTotalsTable {
  host: string;
  status: string;
  item_count: number;
}

/** SQL Server only, as above. */
export interface HostTotalDeltasTable {
  delta_id: Generated<string>;
  host: string;
  status: string;
  delta: number;
}

/** SQL Server only: what is still to be added to the numbers of runs. */
export interface RunDeltasTable extends Record<RunNumber, Generated<number>> {
  run_id: string;
  delta_id: Generated<string>;
}

/** The numbers of a run that its items add to. */
export const runNumbers = [
  'items_total',
  'items_processed',
  'items_succeeded',
  'items_failed',
  'items_skipped',
  'items_discovered',
  'items_retried',
  'items_unchanged',
  'items_missing',
  'items_over_budget',
  'requests_sent',
] as const;
export type RunNumber = (typeof runNumbers)[number];

/** What was stored on a day: bytes, and rows where they are known. */
export interface StorageSamplesTable {
  /** By the database's clock: 2026-01-31. */
  day: string;
  /** A table with its indexes, records of a source and type, files of the lake, free room on a disk. */
  kind: 'table' | 'records' | 'lake' | 'free';
  /** Of the table, the source or what stands on the disk. */
  name: string;
  /** The type of the records, else empty. */
  part: string;
  row_count: number | null;
  bytes: number;
}

/** When kept totals were last compared with the items themselves. */
export interface TotalsChecksTable {
  /** `source:NAME` or `hosts`. */
  part: string;
  /** Whose turn it is to compare, and until when. */
  turn_id: string | null;
  turn_until: Instant | null;
  checked_at: Instant | null;
  outcome: 'exact' | 'repaired' | 'busy' | null;
  /** When totals were last found wrong, and by how many items in all. */
  drifted_at: Instant | null;
  drift: number | null;
}

/** What came of the attempts of a source on a day, UTC. */
export interface SourceDaysTable extends Record<SourceDayNumber, number> {
  source_system: string;
  source_name: string;
  /** Its midnight. */
  day: Instant;
}

export const sourceDayNumbers = [
  /** Ended well, whether or not they brought something new. */
  'fetched',
  'changed',
  /** Given up. */
  'failed',
  'skipped',
  /** Of those skipped: the resource is not there. */
  'missing',
  'requests',
  'bytes',
] as const;
export type SourceDayNumber = (typeof sourceDayNumbers)[number];

/** What a host answered in an hour. */
export interface HostHoursTable extends Record<HostHourNumber, number> {
  host: string;
  /** Its beginning. */
  hour: Instant;
}

/** `failed`: requests without an answer, or with another one that is the host's fault. */
export const hostHourNumbers = ['requests', 'count_429', 'count_5xx', 'failed'] as const;
export type HostHourNumber = (typeof hostHourNumbers)[number];

/** That a source has asked a host. */
export interface SourceHostsTable {
  host: string;
  source_system: string;
  source_name: string;
  asked_at: Instant;
}
