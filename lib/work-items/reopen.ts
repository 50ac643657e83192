/** Sending items round again: back to pending with their attempts at 0; validators and interval kept. */
import { validate as isUuid } from 'uuid';
import type { Session } from '#db/engine.ts';
import type { WorkItemStatus } from '#db/schema.ts';
import { adjustRun, outcomeDeltas, type RunDeltas, timesDeltas } from '#lib/runs/run-numbers.ts';
import { noLease, statusIs } from './held-item.ts';

export interface ReopenTarget {
  /** The run they join; without it they stay in their run while that is running, else leave it. */
  readonly runId?: string;
  readonly priority?: number;
}

export interface ReopenCandidate {
  readonly work_item_id: string;
  readonly status: WorkItemStatus;
  readonly run_id: string | null;
}

/**
 * Reopens the items that are still as they were read; items in progress and retired ones are never touched. A run that
 * still runs gets its numbers corrected when an item is reopened in it or leaves it; the numbers of
 * an ended run are history and stay.
 * @param items at most 500
 * @returns how many were reopened
 */
export async function reopenItems(
  tx: Session,
  items: readonly ReopenCandidate[],
  target: ReopenTarget,
): Promise<number> {
  const groups = groupByStatusAndRun(items.filter((item) => item.status !== 'in_progress'));
  const running = await runningRuns(tx, groups);
  let reopened = 0;
  let joined = 0;
  for (const group of groups) {
    const stays = group.runId !== null && running.has(group.runId);
    const runId = target.runId ?? (stays ? group.runId : null);
    const count = await reopenGroup(tx, group, runId, target.priority);
    reopened += count;
    if (runId !== group.runId) joined += count;
    if (stays && count > 0) {
      const left: RunDeltas = runId === group.runId ? {} : { total: -count };
      await adjustRun(tx, group.runId, {
        ...timesDeltas(outcomeDeltas(group.status, -1), count),
        ...left,
      });
    }
  }
  if (target.runId !== undefined && joined > 0) {
    await adjustRun(tx, target.runId, { total: joined });
  }
  return reopened;
}

interface Group {
  readonly status: WorkItemStatus;
  readonly runId: string | null;
  readonly ids: string[];
}

function groupByStatusAndRun(items: readonly ReopenCandidate[]): Group[] {
  const groups = new Map<string, Group>();
  for (const { work_item_id: id, status, run_id: runId } of items) {
    const key = `${status} ${runId ?? ''}`;
    const group = groups.get(key) ?? { status, runId, ids: [] };
    group.ids.push(id);
    groups.set(key, group);
  }
  return [...groups.values()];
}

async function runningRuns(tx: Session, groups: readonly Group[]): Promise<Set<string>> {
  const ids = [...new Set(groups.flatMap(({ runId }) => (runId && isUuid(runId) ? [runId] : [])))];
  if (ids.length === 0) return new Set();
  const rows = await tx.q
    .selectFrom('ingest_runs')
    .select('run_id')
    .where('run_id', 'in', ids)
    .where('status', '=', 'running')
    .execute();
  return new Set(rows.map((row) => row.run_id));
}

async function reopenGroup(
  tx: Session,
  group: Group,
  runId: string | null,
  priority: number | undefined,
): Promise<number> {
  const now = tx.engine.now();
  const result = await tx.q
    .updateTable('work_items')
    .set({
      status: 'pending',
      attempt: 0,
      ...noLease,
      available_at: now,
      wait_reason: null,
      error_code: null,
      error_message: null,
      run_id: runId,
      updated_at: now,
      ...(priority === undefined ? {} : { priority }),
    })
    .where('work_item_id', 'in', group.ids)
    .where('status', '=', statusIs(group.status))
    .where((eb) => eb.or([eb('refetch', 'is', null), eb('refetch', '<>', 'retired')]))
    .where((eb) =>
      group.runId === null ? eb('run_id', 'is', null) : eb('run_id', '=', group.runId),
    )
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}
