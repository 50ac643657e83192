/** Alerts: what a rule found wrong, opened once and closed when it is over. */
import type { Instant, RunStatus } from '#db/schema.ts';
import type { Disk } from '#lib/disks/low-disk.ts';
import type { Warning } from '#lib/metrics/model.ts';
import type { Worker } from '#lib/workers/model.ts';
import type { Mute } from './mutes.ts';

/** Figures behind an alert, by what they are called on the page. */
export type Evidence = Readonly<Record<string, string | number>>;

/** Something that a rule found wrong. While it is found again, its alert stays open. */
export interface Finding {
  /** What it is about, stable while it lasts: one open alert for each rule and subject. At most 400 characters. */
  readonly subject: string;
  /** The source it is about, where it is about one alone. */
  readonly sourceName: string | null;
  readonly title: string;
  readonly detail: string;
  readonly evidence: Evidence;
  /** The page to look at. */
  readonly href: string;
  /** The ended run that it is about, of rules that judge those. */
  readonly run?: { readonly runId: string; readonly startedAt: Instant };
}

export interface Alert extends Finding {
  readonly alertId: string;
  readonly rule: string;
  readonly openedAt: Instant;
  /** When it was last found. */
  readonly seenAt: Instant;
  /** How often it was found. */
  readonly seen: number;
  readonly closedAt: Instant | null;
  readonly acknowledgedAt: Instant | null;
  readonly acknowledgedBy: string | null;
  /** Why it is not told; null = it is. */
  readonly mute: Mute | null;
}

/** What an ended run brought, kept longer than its items: what the next runs are compared with. */
export interface RunMeasure {
  readonly runId: string;
  /** Runs of one scope are asked for the same: kind, sources and what narrows them. */
  readonly scope: string;
  /** Names of its sources, joined. */
  readonly label: string;
  readonly sourceName: string | null;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly status: RunStatus;
  readonly endReason: string | null;
  readonly errorMessage: string | null;
  /** Items that were fetched, or found unchanged. */
  readonly succeeded: number;
  readonly failed: number;
  readonly total: number;
  readonly durationMs: number;
  /** Of its newest records; null when there were too few to say anything. */
  readonly content: ContentMeasure | null;
}

export interface ContentMeasure {
  readonly sampled: number;
  /** Length of the bodies, bytes. */
  readonly medianBytes: number;
  /** Shares from 0 to 1. */
  readonly emptyShare: number;
  /** Of bodies that ask to sign in, to prove one is human, or refuse. */
  readonly blockedShare: number;
  /** Of the content that most resources have in common. */
  readonly sameShare: number;
}

/** Attempts of a source in the last hour. */
export interface RecentAttempts {
  readonly sourceName: string;
  readonly attempts: number;
  /** Failed, or to be tried again. */
  readonly failed: number;
}

export interface RunningRun {
  readonly runId: string;
  readonly scope: string;
  readonly label: string;
  readonly sourceName: string | null;
  readonly ageMs: number;
  readonly isPaused: boolean;
}

export interface ScheduleFacts {
  readonly scheduleId: string;
  readonly name: string;
  /** How long it has been due; null when it is not. */
  readonly lateMs: number | null;
  readonly lastOutcome: string | null;
}

/** Everything that rules judge, read once for all of them. */
export interface AlertFacts {
  readonly now: Instant;
  readonly workers: readonly Worker[];
  /** Queued and in progress. */
  readonly waiting: number;
  /** Age of the item that could have been claimed for the longest time; null when there is none. */
  readonly oldestReadyMs: number | null;
  /** Queued items of all sources at the last evaluations, oldest first. */
  readonly backlog: readonly BacklogPoint[];
  readonly attempts: readonly RecentAttempts[];
  readonly running: readonly RunningRun[];
  /** Oldest first. */
  readonly measures: readonly RunMeasure[];
  readonly schedules: readonly ScheduleFacts[];
  /**
   * Sources that nobody has paused, switched off or deleted, with since when they have been left to themselves: their last
   * change by a person, or the end of the last stop of everything.
   */
  readonly activeSources: ReadonlyMap<string, Instant>;
  /** Room for what is stored, of the machine that evaluates. */
  readonly disks: readonly Disk[];
  readonly warnings: readonly Warning[];
  /** Of hosts that were asked in the last days. */
  readonly certificates: readonly Ending[];
  /** API tokens that programs use, and secrets of sources whose end is known. */
  readonly secrets: readonly Ending[];
}

/** What holds for a time. */
export interface Ending {
  /** Its id, stable while it lasts. */
  readonly subject: string;
  /** As a sentence begins with it: `The certificate of wiki.example`. */
  readonly name: string;
  readonly sourceName: string | null;
  readonly endsAt: Instant;
  /** Until then, ms; negative when it is over. */
  readonly leftMs: number;
  /** From its beginning to its end, ms. */
  readonly lifeMs: number;
  readonly href: string;
}

export interface BacklogPoint {
  readonly at: Instant;
  readonly pending: number;
}
