/**
 * A run's numbers, changed only inside the transaction that changes its items. Workers append what they add and do not
 * wait for the run's row. So a run that a worker has read as running may have ended when the worker commits; what it
 * puts into the run's queue then is settled, because an ended run is emptied (`phase = 'ending'`) until nothing of it
 * is queued or in progress, and the worker's item is in progress until that commit.
 */
import type { Session } from '#db/engine.ts';
import type { CompletedRun, RunAddition } from '#db/queue/storage.ts';
import type { Instant, RunNumber, RunStatus, WorkItemStatus } from '#db/schema.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { isUuid } from '#lib/ids.ts';

export interface RunDeltas {
  readonly total?: number;
  readonly processed?: number;
  readonly succeeded?: number;
  readonly failed?: number;
  readonly skipped?: number;
  readonly discovered?: number;
  readonly retried?: number;
  readonly unchanged?: number;
  /** Found missing; counted among the skipped too. */
  readonly missing?: number;
  /** Found, and left out by the run's budget of items. */
  readonly overBudget?: number;
  /** Requests sent. */
  readonly requests?: number;
}

const columnOf = {
  total: 'items_total',
  processed: 'items_processed',
  succeeded: 'items_succeeded',
  failed: 'items_failed',
  skipped: 'items_skipped',
  discovered: 'items_discovered',
  retried: 'items_retried',
  unchanged: 'items_unchanged',
  missing: 'items_missing',
  overBudget: 'items_over_budget',
  requests: 'requests_sent',
} as const satisfies Record<keyof RunDeltas, RunNumber>;

// The keys of the record are the names of deltas; Object.keys forgets that.
const deltaNames = Object.keys(columnOf) as (keyof RunDeltas)[];

/** How a run's outcome numbers change when an item of it comes to (or, with -1, leaves) a status. */
export function outcomeDeltas(status: WorkItemStatus, by: 1 | -1): RunDeltas {
  switch (status) {
    case 'completed':
      return { processed: by, succeeded: by };
    case 'failed':
      return { processed: by, failed: by };
    case 'skipped':
      return { processed: by, skipped: by };
    case 'pending':
    case 'in_progress':
      return {};
  }
}

/** `times` items with the same change. */
export function timesDeltas(deltas: RunDeltas, times: number): RunDeltas {
  return Object.fromEntries(Object.entries(deltas).map(([name, by]) => [name, by * times]));
}

export interface RunState {
  readonly status: RunStatus;
  readonly phase: string;
  readonly kind: string;
  readonly completedAt: Instant | null;
  readonly itemsTotal: number;
  readonly itemsProcessed: number;
  readonly maxItems: number | null;
  readonly maxDepth: number | null;
}

/** The state of a run, null when there is none. Read it through `lockRun` where it must not change meanwhile. */
export async function readRunState(s: Session, runId: string | null): Promise<RunState | null> {
  if (runId === null || !isUuid(runId)) return null;
  const row = await s.q
    .selectFrom('current_runs')
    .select(['status', 'phase', 'kind', 'completed_at', 'items_total', 'items_processed'])
    .select(['max_items', 'max_depth'])
    .where('run_id', '=', runId)
    .executeTakeFirst();
  return row ? runStateOf(row) : null;
}

export const runStateOf = (row: CompletedRun): RunState => ({
  status: row.status,
  phase: row.phase,
  kind: row.kind,
  completedAt: row.completed_at,
  itemsTotal: row.items_total,
  itemsProcessed: row.items_processed,
  maxItems: row.max_items,
  maxDepth: row.max_depth,
});

/** Which of these runs are running; ids that name no run need not even be UUIDs. */
export async function runningAmong(
  s: Session,
  runIds: readonly (string | null)[],
): Promise<Set<string>> {
  const ids = [...new Set(runIds.flatMap((id) => (id !== null && isUuid(id) ? [id] : [])))];
  if (ids.length === 0) return new Set();
  const rows = await s.q
    .selectFrom('ingest_runs')
    .select('run_id')
    .where('run_id', 'in', s.engine.listed(ids))
    .where('status', '=', 'running')
    .execute();
  return new Set(rows.map((row) => row.run_id));
}

/**
 * Locks the run's row until the transaction ends, and reads its state. Whatever puts an item into a run's queue
 * without holding an item of that run in progress locks the row, so that the run does not end meanwhile. Null for
 * items without a run, and for run ids of an older database that name no run (they need not even be UUIDs).
 */
export async function lockRun(tx: Session, runId: string | null): Promise<RunState | null> {
  if (runId === null || !isUuid(runId)) return null;
  await touchRun(tx, runId);
  return readRunState(tx, runId);
}

/** Locks the run's row for who reads it in another way; the id must be one. */
export async function touchRun(tx: Session, runId: string): Promise<void> {
  await tx.q
    .updateTable('ingest_runs')
    .set({ heartbeat_at: tx.engine.now() })
    .where('run_id', '=', runId)
    .execute();
}

/**
 * Locks the row of a run that must be running, and reads its state.
 * @throws AppError `not_found`, `run_ended`
 */
export async function lockRunningRun(tx: Session, runId: string): Promise<RunState> {
  const run = await lockRun(tx, runId);
  if (run === null) throw new AppError('not_found', `There is no run ${runId}.`);
  if (run.status !== 'running') throw new AppError('run_ended', `The run is ${run.status}.`);
  return run;
}

/**
 * Adds to the numbers of a run that is running, or whose queue is being emptied. The numbers of other runs are
 * history: then it changes nothing and returns false, as it does where there is no run.
 */
export async function adjustRun(
  tx: Session,
  runId: string | null,
  deltas: RunDeltas,
): Promise<boolean> {
  return add(tx, runId, deltas, false);
}

/** Adds to the numbers of a run in whatever state; the items must be its own (`isOfRun`). */
export async function adjustRunInAnyState(
  tx: Session,
  runId: string | null,
  deltas: RunDeltas,
): Promise<void> {
  await add(tx, runId, deltas, true);
}

async function add(
  tx: Session,
  runId: string | null,
  deltas: RunDeltas,
  evenEnded: boolean,
): Promise<boolean> {
  if (runId === null || !isUuid(runId)) return false;
  return tx.engine.addToRun(tx, runId, additionOf(runId, deltas).by, evenEnded);
}

/** The same as the engine takes it, to be added with something else. */
export function additionOf(runId: string, deltas: RunDeltas): RunAddition {
  const by: Partial<Record<RunNumber, number>> = {};
  for (const name of deltaNames) {
    const delta = deltas[name];
    if (delta !== undefined) by[columnOf[name]] = delta;
  }
  return { runId, by };
}

/** A claim that read its run as running may commit so long after the run's end, ms. */
const claimsCommitWithinMs = 10_000;

/**
 * Whether an item that is in a worker's hands counts into the run: always while that is open; of an ended
 * run, what was leased when it ended. Plain SQL can send an item round again later, which keeps its run id
 * but is no part of that run any more.
 */
export function isOfRun(run: RunState, claimedAt: Instant | null): boolean {
  if (run.status === 'running' || run.phase === 'ending') return true;
  if (run.itemsProcessed >= run.itemsTotal) return false;
  if (claimedAt === null || run.completedAt === null) return true;
  return Date.parse(claimedAt) <= Date.parse(run.completedAt) + claimsCommitWithinMs;
}

interface LeasedOutcome {
  /** When the item was claimed. */
  readonly claimedAt: Instant | null;
  readonly deltas: RunDeltas;
}

/**
 * Counts how attempts on leased items of one run came out. The row of a run that has ended is locked for it.
 * @returns those of them that are no part of the run (see `isOfRun`), which were not counted
 */
export async function countOutcomes<T extends LeasedOutcome>(
  tx: Session,
  runId: string | null,
  outcomes: readonly T[],
): Promise<readonly T[]> {
  if (runId === null || (await adjustRun(tx, runId, sumOf(outcomes)))) return [];
  const run = await lockRun(tx, runId);
  if (run === null) return [];
  const ofRun = outcomes
    .filter(({ claimedAt }) => isOfRun(run, claimedAt))
    .slice(0, Math.max(0, run.itemsTotal - run.itemsProcessed));
  if (ofRun.length > 0) await adjustRunInAnyState(tx, runId, sumOf(ofRun));
  return outcomes.filter((outcome) => !ofRun.includes(outcome));
}

function sumOf(outcomes: readonly LeasedOutcome[]): RunDeltas {
  const sum: { -readonly [Name in keyof RunDeltas]: number } = {};
  for (const { deltas } of outcomes) {
    for (const name of deltaNames) {
      const by = deltas[name];
      if (by !== undefined) sum[name] = (sum[name] ?? 0) + by;
    }
  }
  return sum;
}
