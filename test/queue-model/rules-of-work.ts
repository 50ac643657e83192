/** What workers do, as the model understands it. Each rule changes the model and returns what to expect. */
import {
  heldBy,
  isHeld,
  type ModelItem,
  type ModelLease,
  modelHostOf,
  type QueueModel,
  runOf,
  type Slot,
} from './queue-model.ts';
import type { PlannedCompletion, PlannedItem, RequestOf } from './request.ts';
import { countedRunOf, countOutcome, hold, settleReturned } from './run-numbers.ts';
import { type ActorName, sources } from './world.ts';

const lost = { ok: false, code: 'lease_lost' };
const blockMinutes = 35;
const backoffMinutes = 5;

export const spans = { blockMinutes, backoffMinutes };

/** All of it or nothing: into a run that has ended nothing is put. */
export function enqueue(model: QueueModel, { items }: RequestOf<'enqueue'>): string[] | string {
  const fresh = items.filter(
    ({ key }, n) => !isKnown(model, key) && items.findIndex((one) => one.key === key) === n,
  );
  if (fresh.some(({ run }) => run !== null && model.runs[run].status !== 'running')) {
    return 'run_ended';
  }
  const inserted: string[] = [];
  for (const planned of items) {
    if (isKnown(model, planned.key)) continue;
    model.items.push(newItem(model, planned, planned.run));
    if (planned.run !== null) model.runs[planned.run].total += 1;
    inserted.push(planned.id);
  }
  return inserted;
}

const isKnown = (model: QueueModel, key: string) => model.items.some((item) => item.key === key);

function newItem(model: QueueModel, planned: PlannedItem, run: ModelItem['run']): ModelItem {
  const { id, key, source, priority, depth, inMinutes } = planned;
  return {
    id,
    key,
    source,
    depth,
    priority,
    run,
    createdAt: '',
    status: 'pending',
    attempt: 0,
    availableAt: model.now + inMinutes,
    held: false,
    backsOff: false,
    lease: null,
    content: null,
    checks: 0,
    changes: 0,
    errorCode: null,
    records: 0,
    seen: 0,
    attempts: [],
  };
}

export function complete(model: QueueModel, { fence, brings, finds }: PlannedCompletion): object {
  const item = heldBy(model, fence);
  if (!item) return lost;
  const content = brings === 'content-1' || brings === 'content-2' ? brings : null;
  const fresh = content !== null && content !== item.content;
  const unchanged = !fresh && brings !== 'alias';
  if (fresh && item.content !== null) item.changes += 1;
  if (content !== null) item.content = content;
  item.status = 'completed';
  item.lease = null;
  item.errorCode = null;
  item.checks += 1;
  item.seen += 1;
  item.records += fresh ? 1 : 0;
  item.attempts.push(unchanged ? 'unchanged' : 'completed');
  const run = countedRunOf(model, item);
  countOutcome(run, 'completed');
  if (run && unchanged) run.unchanged += 1;
  const parent = { run: run && item.run };
  return { ok: true, discovered: discover(model, parent, finds), unchanged };
}

/** Finds join the run of their page, within its budget; after a cancel as skipped, after a stop held. */
function discover(
  model: QueueModel,
  parent: Pick<ModelItem, 'run'>,
  finds: readonly PlannedItem[],
): number {
  const run = runOf(model, parent);
  const distinct = finds.filter(
    (find, n) => finds.findIndex(({ key }) => key === find.key) === n && !isKnown(model, find.key),
  );
  const room =
    run?.status === 'running' && run.maxItems !== null
      ? Math.max(0, run.maxItems - run.total)
      : Number.POSITIVE_INFINITY;
  const within = distinct.slice(0, room);
  const joins = run === null || run.status !== 'completed';
  for (const find of within) {
    const item = newItem(model, find, joins ? parent.run : null);
    if (run?.status === 'cancelled') {
      item.status = 'skipped';
      countOutcome(run, 'skipped');
    }
    if (!joins) hold(item);
    model.items.push(item);
  }
  if (run) {
    run.total += joins ? within.length : 0;
    run.discovered += within.length;
    run.overBudget += distinct.length - within.length;
  }
  return within.length;
}

export function fail(model: QueueModel, { fence, decision, blockHost }: RequestOf<'fail'>): object {
  const item = heldBy(model, fence);
  if (!item) return lost;
  const { maxAttempts } = sources[item.source];
  const ended = decision === 'skip' ? 'skipped' : 'failed';
  const status = decision === 'retry' && item.attempt < maxAttempts ? 'pending' : ended;
  if (blockHost) {
    const host = modelHostOf(model, item);
    host.blockedUntil = Math.max(host.blockedUntil, model.now + blockMinutes);
  }
  const run = countedRunOf(model, item);
  item.status = status;
  item.lease = null;
  item.errorCode = 'payload_invalid';
  item.attempts.push(status === 'pending' ? 'retry' : status);
  if (status !== 'pending') {
    countOutcome(run, status);
    return { ok: true, status };
  }
  item.availableAt = model.now + backoffMinutes;
  item.backsOff = true;
  if (run) run.retried += 1;
  return { ok: true, status: settleReturned(model, item) };
}

export function release(model: QueueModel, { fence }: RequestOf<'release'>): number {
  const item = heldBy(model, fence);
  if (!item) return 0;
  item.status = 'pending';
  item.lease = null;
  item.attempt = Math.max(0, item.attempt - 1);
  item.attempts.push('released');
  settleReturned(model, item);
  return 1;
}

export function renew(model: QueueModel, { fences, leaseMinutes }: RequestOf<'renew'>): object[] {
  const until = model.now + leaseMinutes;
  const kept = fences.filter((fence) => {
    const item = heldBy(model, fence);
    if (item?.lease) item.lease = { ...item.lease, until, nth: nextLease(model) };
    return item !== undefined;
  });
  // A request may be in flight though its item was taken away: as long as its worker lives, so does the slot.
  for (const paced of pacedOf(model)) {
    const holder = fences.find(({ leaseId }) => leaseId === paced.slot?.lease);
    if (holder) paced.slot = { lease: holder.leaseId, until };
  }
  return kept;
}

export function releaseSlot(
  model: QueueModel,
  { fence, sentAfterMinutes }: RequestOf<'releaseSlot'>,
): boolean {
  let released = false;
  for (const paced of pacedOf(model)) {
    if (paced.slot?.lease !== fence.leaseId) continue;
    paced.slot = null;
    paced.nextSlotAt += sentAfterMinutes;
    released = true;
  }
  return released;
}

/** Everything that has a slot. */
const pacedOf = (model: QueueModel): { slot: Slot | null; nextSlotAt: number }[] => [
  ...Object.values(model.sources),
  ...Object.values(model.hosts),
];

/** A heartbeat, or which suspect a worker tries. */
export function tellOfWorker(
  model: QueueModel,
  request: RequestOf<'heartbeat' | 'trySuspect'>,
): void {
  const worker = model.workers[request.actor];
  if (!worker) return;
  if (request.kind === 'heartbeat') worker.heartbeatAt = model.now;
  else worker.tries = request.fence.leaseId;
}

const suspicions = ['worker_lost', 'worker_lost_again'];

/** Before a suspect that ended a worker is tried once more. */
const suspectWaitsMinutes = 1;

/** What rescue makes of an item: the attempt of one whose worker is dead counts only when it was tried alone. */
function judge(
  model: QueueModel,
  item: ModelItem,
  lease: ModelLease,
): 'failed' | 'pending' | 'waits' {
  const { maxAttempts } = sources[item.source];
  const owner = model.workers[lease.owner as ActorName];
  // A heartbeat of the minute in which the lease ran out was sent after it: time passes between, not within, requests.
  if (owner === undefined || owner.heartbeatAt >= lease.until) {
    if (item.attempt < maxAttempts) return 'pending';
    item.errorCode = 'attempts_exhausted';
    return 'failed';
  }
  if (owner.tries === lease.id) {
    const ends = item.errorCode === 'worker_lost_again' || item.attempt >= maxAttempts;
    item.errorCode = ends ? 'poisonous_page' : 'worker_lost_again';
    return ends ? 'failed' : 'waits';
  }
  item.attempt = Math.max(0, item.attempt - 1);
  if (!suspicions.includes(item.errorCode ?? '')) item.errorCode = 'worker_lost';
  return 'pending';
}

/** Expired leases: back to pending, or failed when their item has ended. */
export function rescue(model: QueueModel): number {
  // Items plain SQL left in progress without a lease would count too; nothing here makes them.
  // In the order in which they expired: of an ended run, the first of them may be the last that it counts.
  const expired = model.items
    .flatMap((item) => (isHeld(item) && item.lease ? [{ item, lease: item.lease }] : []))
    .filter(({ lease }) => lease.until <= model.now)
    .sort(({ lease: one }, { lease: other }) => one.until - other.until || one.nth - other.nth);
  for (const { item, lease } of expired) {
    const run = countedRunOf(model, item);
    item.lease = null;
    item.attempts.push('expired');
    const fate = judge(model, item, lease);
    item.status = fate === 'failed' ? 'failed' : 'pending';
    if (fate === 'failed') {
      countOutcome(run, 'failed');
    } else {
      item.availableAt = model.now + (fate === 'waits' ? suspectWaitsMinutes : 0);
      item.backsOff = fate === 'waits';
      if (run) run.retried += 1;
      settleReturned(model, item);
    }
  }
  return expired.length;
}

/** A claim puts the item into the actor's hands. */
export function take(
  model: QueueModel,
  item: ModelItem,
  lease: { readonly id: string; readonly owner: string; readonly minutes: number },
): void {
  item.status = 'in_progress';
  item.backsOff = false;
  item.attempt += 1;
  const until = model.now + lease.minutes;
  item.lease = { id: lease.id, owner: lease.owner, until, nth: nextLease(model) };
}

function nextLease(model: QueueModel): number {
  model.leases += 1;
  return model.leases;
}

/** The slots of a polite source and of its host go with the first item that was claimed under them. */
export function takeSlots(
  model: QueueModel,
  first: ModelItem,
  leaseId: string,
  leaseMinutes: number,
): void {
  const slot = { lease: leaseId, until: model.now + leaseMinutes };
  const nextSlotAt = model.now + sources[first.source].delay;
  for (const paced of [model.sources[first.source], modelHostOf(model, first)]) {
    Object.assign(paced, { slot, nextSlotAt });
  }
}
