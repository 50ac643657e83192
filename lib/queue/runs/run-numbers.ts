/** A run's numbers, changed only inside the transaction that changes its items. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Instant, RunStatus, WorkItemStatus } from '#db/schema.ts';
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
  /** Requests sent. */
  readonly requests?: number;
}

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
  readonly metadata: string | null;
}

/** The state of a run, null when there is none. Read it through `lockRun` where it must not change meanwhile. */
export async function readRunState(s: Session, runId: string | null): Promise<RunState | null> {
  if (runId === null || !isUuid(runId)) return null;
  const row = await s.q
    .selectFrom('ingest_runs')
    .select(['status', 'phase', 'kind', 'completed_at', 'items_total', 'items_processed'])
    .select(['max_items', 'max_depth', 'metadata'])
    .where('run_id', '=', runId)
    .executeTakeFirst();
  if (!row) return null;
  return {
    status: row.status,
    phase: row.phase,
    kind: row.kind,
    completedAt: row.completed_at,
    itemsTotal: row.items_total,
    itemsProcessed: row.items_processed,
    maxItems: row.max_items,
    maxDepth: row.max_depth,
    metadata: row.metadata,
  };
}

/**
 * Locks the run's row until the transaction ends, and reads its state. Whatever puts an item (back) into a
 * run's queue locks the row first, which is what lets `finishRuns` and the ending of a run trust what they
 * count. Null for items without a run, and for run ids of an older database that name no run (they need not
 * even be UUIDs).
 */
export async function lockRun(tx: Session, runId: string | null): Promise<RunState | null> {
  if (runId === null || !isUuid(runId)) return null;
  await tx.q
    .updateTable('ingest_runs')
    .set({ heartbeat_at: tx.engine.now() })
    .where('run_id', '=', runId)
    .execute();
  return readRunState(tx, runId);
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
 * Adds to the numbers of a run that is running, or whose queue is being emptied, and locks its row until the
 * transaction ends. The numbers of other runs are history: then it changes nothing and returns false, as it
 * does where there is no run.
 */
export async function adjustRun(
  tx: Session,
  runId: string | null,
  deltas: RunDeltas,
): Promise<boolean> {
  if (runId === null || !isUuid(runId)) return false;
  const result = await addTo(tx, runId, deltas)
    .where((eb) => eb.or([eb('status', '=', 'running'), eb('phase', '=', 'ending')]))
    .executeTakeFirst();
  return Number(result.numUpdatedRows) === 1;
}

/** Adds to the numbers of a run in whatever state. Its row must be locked, and the items its own (`isOfRun`). */
export async function adjustLockedRun(
  tx: Session,
  runId: string,
  deltas: RunDeltas,
): Promise<void> {
  await addTo(tx, runId, deltas).execute();
}

function addTo({ q, engine }: Session, runId: string, deltas: RunDeltas) {
  const by = (column: string, delta: number | undefined) =>
    sql<number>`${sql.ref(column)} + ${delta ?? 0}`;
  return q
    .updateTable('ingest_runs')
    .set({
      items_total: by('items_total', deltas.total),
      items_processed: by('items_processed', deltas.processed),
      items_succeeded: by('items_succeeded', deltas.succeeded),
      items_failed: by('items_failed', deltas.failed),
      items_skipped: by('items_skipped', deltas.skipped),
      items_discovered: by('items_discovered', deltas.discovered),
      items_retried: by('items_retried', deltas.retried),
      items_unchanged: by('items_unchanged', deltas.unchanged),
      items_missing: by('items_missing', deltas.missing),
      requests_sent: by('requests_sent', deltas.requests),
      heartbeat_at: engine.now(),
    })
    .where('run_id', '=', runId);
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
 * Counts how attempts on leased items of one run came out, and locks the run's row.
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
  if (ofRun.length > 0) await adjustLockedRun(tx, runId, sumOf(ofRun));
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

const deltaNames = [
  'total',
  'processed',
  'succeeded',
  'failed',
  'skipped',
  'discovered',
  'retried',
  'unchanged',
  'missing',
  'requests',
] as const satisfies readonly (keyof RunDeltas)[];
