/** A run's numbers, changed only inside the transaction that changes its items. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { RunStatus, WorkItemStatus } from '#db/schema.ts';
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
  /** Found gone; counted among the skipped too. */
  readonly gone?: number;
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

/**
 * Adds to the numbers of a run and holds its row until the transaction ends. Whatever puts an item
 * (back) into a run's queue calls this first, which is what lets `finishRuns` and the ending of a run
 * trust what they count. No-op for items without a run, and for run ids of an older database that
 * name no run (they need not even be UUIDs).
 */
export async function adjustRun(
  tx: Session,
  runId: string | null,
  deltas: RunDeltas,
): Promise<void> {
  if (runId === null || !isUuid(runId)) return;
  const by = (column: string, delta: number | undefined) =>
    sql<number>`${sql.ref(column)} + ${delta ?? 0}`;
  await tx.q
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
      items_gone: by('items_gone', deltas.gone),
      requests_sent: by('requests_sent', deltas.requests),
      heartbeat_at: tx.engine.now(),
    })
    .where('run_id', '=', runId)
    .execute();
}

export interface RunState {
  readonly status: RunStatus;
  readonly kind: string;
  readonly itemsTotal: number;
  readonly maxItems: number | null;
  readonly maxDepth: number | null;
  readonly metadata: string | null;
}

/** How a run stands; read it after `adjustRun`, when its row is held. Null when there is none. */
export async function readRunState(tx: Session, runId: string | null): Promise<RunState | null> {
  if (runId === null || !isUuid(runId)) return null;
  const row = await tx.q
    .selectFrom('ingest_runs')
    .select(['status', 'kind', 'items_total', 'max_items', 'max_depth', 'metadata'])
    .where('run_id', '=', runId)
    .executeTakeFirst();
  if (!row) return null;
  return {
    status: row.status,
    kind: row.kind,
    itemsTotal: row.items_total,
    maxItems: row.max_items,
    maxDepth: row.max_depth,
    metadata: row.metadata,
  };
}

/**
 * Holds the row of a run that must be running, and tells how it stands.
 * @throws AppError `not_found`, `run_ended`
 */
export async function lockRunningRun(tx: Session, runId: string): Promise<RunState> {
  await adjustRun(tx, runId, {});
  const run = await readRunState(tx, runId);
  if (run === null) throw new AppError('not_found', `There is no run ${runId}.`);
  if (run.status !== 'running') throw new AppError('run_ended', `The run is ${run.status}.`);
  return run;
}

/** Corrects an outcome that was counted before, while the run still runs: an ended run's numbers are history. */
export async function correctRun(
  tx: Session,
  runId: string | null,
  deltas: RunDeltas,
): Promise<void> {
  await adjustRun(tx, runId, {});
  if ((await readRunState(tx, runId))?.status === 'running') await adjustRun(tx, runId, deltas);
}
