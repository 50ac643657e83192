/** What the queue should know, and nothing of how: the state of the model, in memory. */
import { compareText } from '#db/compare-text.ts';
import type { AttemptOutcome, WorkItemStatus } from '#db/schema.ts';
import {
  type ActorName,
  configured,
  hostNames,
  hostOf,
  type RunName,
  registeredActors,
  runNames,
  type SourceName,
  smallRunItems,
  sourceNames,
  sources,
} from './world.ts';

export interface ModelItem {
  readonly id: string;
  readonly key: string;
  readonly source: SourceName;
  readonly depth: number;
  /** Learnt from the database: the one thing about a new item the model can't foretell. */
  createdAt: string;
  priority: number;
  status: WorkItemStatus;
  attempt: number;
  run: RunName | null;
  /** Minutes; `Infinity` for what is held. */
  availableAt: number;
  held: boolean;
  /** It waits after a failure, until `availableAt`. */
  backsOff: boolean;
  lease: ModelLease | null;
  content: string | null;
  checks: number;
  changes: number;
  errorCode: string | null;
  records: number;
  seen: number;
  attempts: AttemptOutcome[];
}

export interface ModelLease {
  readonly id: string;
  readonly owner: string;
  readonly until: number;
  /** Which lease of the history: of two that end in the same minute, the one made or renewed first ends first. */
  readonly nth: number;
}

export interface ModelRun {
  status: 'running' | 'completed' | 'cancelled';
  endReason: string | null;
  /** It has ended while items of it were in somebody's hands: nothing of it is claimed until they are not. */
  emptying: boolean;
  paused: boolean;
  readonly maxItems: number | null;
  overBudget: number;
  total: number;
  processed: number;
  succeeded: number;
  failed: number;
  skipped: number;
  discovered: number;
  retried: number;
  unchanged: number;
}

export interface Slot {
  readonly lease: string;
  readonly until: number;
}

export interface ModelSource {
  paused: boolean;
  slot: Slot | null;
  nextSlotAt: number;
}

export interface ModelHost {
  /** Taken with items only. */
  slot: Slot | null;
  nextSlotAt: number;
  blockedUntil: number;
}

export interface ModelWorker {
  heartbeatAt: number;
  /** The lease of the suspect that it has begun last. */
  tries: string | null;
}

/** Plain data, so that `structuredClone` makes a second world to try another order in. */
export interface QueueModel {
  now: number;
  /** Leases made or renewed. */
  leases: number;
  items: ModelItem[];
  runs: Record<RunName, ModelRun>;
  sources: Record<SourceName, ModelSource>;
  hosts: Record<string, ModelHost>;
  /** Of those actors that are registered as workers. */
  workers: Partial<Record<ActorName, ModelWorker>>;
}

const noTime = Number.NEGATIVE_INFINITY;

export function newModel(): QueueModel {
  return {
    now: 0,
    leases: 0,
    items: [],
    runs: byName(runNames, (name) => ({
      status: 'running',
      endReason: null,
      emptying: false,
      paused: false,
      maxItems: name === 'run-small' ? smallRunItems : null,
      overBudget: 0,
      total: 0,
      processed: 0,
      succeeded: 0,
      failed: 0,
      skipped: 0,
      discovered: 0,
      retried: 0,
      unchanged: 0,
    })),
    sources: byName(sourceNames, () => ({
      paused: false,
      slot: null,
      nextSlotAt: noTime,
    })),
    hosts: byName(hostNames, () => ({ slot: null, nextSlotAt: noTime, blockedUntil: noTime })),
    workers: Object.fromEntries(
      registeredActors.map((name) => [name, { heartbeatAt: 0, tries: null }]),
    ),
  };
}

export function byName<K extends string, T>(
  names: readonly K[],
  make: (name: K) => T,
): Record<K, T> {
  // One entry for each name: the record is whole.
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<K, T>;
}

/** The item in the hands of this lease. */
export const heldBy = (
  model: QueueModel,
  fence: { readonly workItemId: string; readonly leaseId: string },
): ModelItem | undefined =>
  model.items.find(
    (item) => item.id === fence.workItemId && item.lease?.id === fence.leaseId && isHeld(item),
  );

export const isHeld = (item: ModelItem): boolean => item.status === 'in_progress';

export const runOf = (
  model: QueueModel,
  item: { readonly run: RunName | null },
): ModelRun | null => (item.run === null ? null : model.runs[item.run]);

/** Pending, and its time has come. */
export const isDue = (model: QueueModel, item: ModelItem): boolean =>
  item.status === 'pending' && item.availableAt <= model.now;

/** When a polite claim may take it, as far as is known now; `Infinity` when only a person can help. */
export function politelyFrom(model: QueueModel, item: ModelItem): number {
  const source = model.sources[item.source];
  const host = modelHostOf(model, item);
  const run = runOf(model, item);
  const rests = run?.status === 'running' && run.paused;
  if (item.status !== 'pending' || !configured(item.source) || source.paused || rests)
    return Number.POSITIVE_INFINITY;
  const slotAt =
    sources[item.source].delay === 0
      ? noTime
      : Math.max(
          source.nextSlotAt,
          source.slot?.until ?? noTime,
          host.nextSlotAt,
          host.slot?.until ?? noTime,
        );
  return Math.max(item.availableAt, host.blockedUntil, slotAt);
}

export const hostNameOf = (item: Pick<ModelItem, 'source' | 'key'>): string =>
  hostOf(item.source, item.key);

export function modelHostOf(model: QueueModel, item: Pick<ModelItem, 'source' | 'key'>): ModelHost {
  const host = model.hosts[hostNameOf(item)];
  if (!host) throw new Error(`no host of ${item.key}`);
  return host;
}

/** The order in which items are claimed. */
export function inClaimOrder(items: readonly ModelItem[]): ModelItem[] {
  return items.toSorted(
    (a, b) =>
      a.priority - b.priority || compareText(a.createdAt, b.createdAt) || compareText(a.id, b.id),
  );
}
