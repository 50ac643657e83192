/** Enqueuing what was found in a payload, within the budget of the run that found it. */
import type { Session, WorkItemInsert } from '#db/engine.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { parseRunMetadata } from '#lib/runs/run-metadata.ts';
import { adjustRun, outcomeDeltas, type RunStanding, timesDeltas } from '#lib/runs/run-numbers.ts';
import { distinctByKey, insertAbsent, knownKeys } from './enqueue.ts';
import { heldRow } from './hold.ts';
import type { NewWorkItem } from './model.ts';
import { insertRowFrom } from './rows.ts';

export interface DiscoveryCounts {
  readonly inserted: number;
  /** Beyond the run's depth; not enqueued. */
  readonly tooDeep: number;
  /** Unknown until now, but the run may take no more items; not enqueued. */
  readonly overBudget: number;
  /** Ids or addresses that do not fit the queue; not enqueued. */
  readonly invalid: number;
}

/**
 * Enqueues discovered items as children of `parent`, in the parent's run. The run's row must be held
 * (`adjustRun`), so that its budget is exact for all workers together. While a run is being cancelled
 * its finds go in as skipped, so that nothing is lost; after a stop they go in without a run, held.
 */
export async function enqueueDiscovered(
  tx: Session,
  parent: { readonly workItemId: string; readonly runId: string | null },
  run: RunStanding | null,
  items: readonly NewWorkItem[],
): Promise<DiscoveryCounts> {
  const maxDepth = run?.maxDepth ?? Number.POSITIVE_INFINITY;
  const shallow = items.filter((item) => (item.depth ?? 0) <= maxDepth);
  const cancelled = run?.status === 'cancelled';
  const joins = run === null || run.status === 'running' || cancelled;
  const rows = fittingRows(shallow).map(
    (row): WorkItemInsert => ({
      ...row,
      discovered_from: parent.workItemId,
      status: cancelled ? 'skipped' : 'pending',
      ...(joins ? { run_id: parent.runId } : { run_id: null, ...heldRow }),
    }),
  );
  const distinct = distinctByKey(rows);
  const { within, over } = await withinBudget(tx, run, distinct);
  const inserted = await insertAbsent(tx, within);
  if (inserted.length > 0 && run !== null) {
    const skipped =
      run.status === 'cancelled' ? timesDeltas(outcomeDeltas('skipped', 1), inserted.length) : {};
    const total = inserted.some((row) => row.run_id !== null) ? inserted.length : 0;
    await adjustRun(tx, parent.runId, { ...skipped, total, discovered: inserted.length });
  }
  if (over > 0 && run !== null) await noteOverBudget(tx, parent.runId, run, over);
  return {
    inserted: inserted.length,
    tooDeep: items.length - shallow.length,
    overBudget: over,
    invalid: shallow.length - rows.length,
  };
}

/** One link that does not fit must not keep the page it stands on from being stored. */
function fittingRows(items: readonly NewWorkItem[]): WorkItemInsert[] {
  const rows: WorkItemInsert[] = [];
  for (const item of items) {
    try {
      rows.push(insertRowFrom(item));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
  return rows;
}

async function withinBudget(
  tx: Session,
  run: RunStanding | null,
  rows: readonly WorkItemInsert[],
): Promise<{ within: readonly WorkItemInsert[]; over: number }> {
  if (run === null || run.maxItems === null || run.status !== 'running')
    return { within: rows, over: 0 };
  const room = Math.max(0, run.maxItems - run.itemsTotal);
  if (rows.length <= room) return { within: rows, over: 0 };
  const known = await knownKeys(
    tx,
    rows.map((row) => row.dedupe_key),
  );
  const fresh = rows.filter((row) => !known.has(row.dedupe_key));
  return { within: fresh.slice(0, room), over: Math.max(0, fresh.length - room) };
}

async function noteOverBudget(
  tx: Session,
  runId: string | null,
  run: RunStanding,
  over: number,
): Promise<void> {
  if (runId === null) return;
  const metadata = parseRunMetadata(run.metadata);
  await tx.q
    .updateTable('ingest_runs')
    .set({
      metadata: JSON.stringify({ ...metadata, over_budget: (metadata.over_budget ?? 0) + over }),
    })
    .where('run_id', '=', runId)
    .execute();
}
