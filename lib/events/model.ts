/**
 * Events: what happened in the loop, written for the person who follows it in the console. What goes well
 * is counted, not recorded: an event for each item would double the cost of completing it. Claims are recorded
 * by run and worker, many in one event.
 */
import type { Instant } from '#db/schema.ts';
import type { JsonObject } from '#lib/json.ts';

export const eventLevels = ['info', 'warn', 'error'] as const;
export type EventLevel = (typeof eventLevels)[number];

/** The closed list of kinds, each with its level unless the event names another. */
export const eventKinds = {
  'run.launched': 'info',
  'run.paused': 'info',
  'run.resumed': 'info',
  'run.stopped': 'warn',
  'run.cancelled': 'warn',
  'run.progress': 'info',
  'run.completed': 'info',
  'run.failed': 'error',
  'item.claimed': 'info',
  'item.retried': 'warn',
  'item.failed': 'error',
  'item.missing': 'info',
  'item.rescued': 'warn',
  'items.left_out': 'warn',
  'work.stopped': 'warn',
  'work.resumed': 'info',
  'host.blocked': 'warn',
  'host.unblocked': 'info',
  'worker.started': 'info',
  'worker.stopped': 'info',
  'worker.lost': 'error',
  'totals.repaired': 'warn',
  'queue.repaired': 'warn',
  'alert.opened': 'warn',
  'alert.closed': 'info',
  'quarantine.opened': 'warn',
  'quarantine.decided': 'info',
} as const satisfies Record<string, EventLevel>;

export type EventKind = keyof typeof eventKinds;

export interface NewEvent {
  readonly kind: EventKind;
  readonly level?: EventLevel;
  /** One sentence for a person, without secrets; cut at 1,000 characters. */
  readonly message: string;
  readonly runId?: string | null;
  readonly sourceName?: string | null;
  readonly workItemId?: string | null;
  readonly workerId?: string | null;
  readonly host?: string | null;
  /** Figures and codes behind the sentence. */
  readonly data?: JsonObject;
}

export interface IngestEvent {
  /** Counts up in the order in which events are read: the place to resume from. */
  readonly eventId: number;
  readonly at: Instant;
  /** One of `eventKinds`, or one of a later version. */
  readonly kind: string;
  readonly level: EventLevel;
  readonly message: string;
  readonly runId: string | null;
  readonly sourceName: string | null;
  readonly workItemId: string | null;
  readonly workerId: string | null;
  readonly host: string | null;
  readonly data: JsonObject | null;
}
