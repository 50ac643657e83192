/** Sending items round again: back to pending with their attempts at 0; validators and interval kept. */

import type { Session } from '#db/engine.ts';
import { noLease } from './lease/leased-item.ts';
import {
  adjustRun,
  lockRun,
  lockRunningRun,
  outcomeDeltas,
  type RunDeltas,
  runningAmong,
  timesDeltas,
} from './runs/run-numbers.ts';
import {
  groupByStatusAndRun,
  type ItemAsRead,
  type StatusAndRun,
  stillAsRead,
} from './status-and-run.ts';

export interface ReopenTarget {
  /** The run they join; without it they stay in their run while that is running, else leave it. */
  readonly runId?: string;
  readonly priority?: number;
}

/**
 * Reopens the items that are still as they were read; items in progress and retired ones are never
 * touched. A run that still runs gets its numbers corrected when an item is reopened in it or leaves it;
 * the numbers of an ended run are history and stay, and nothing is put into it.
 * @param items at most 500
 * @returns how many were reopened
 * @throws AppError `not_found`, `run_ended` for the run they are to join
 */
export async function reopenItems(
  tx: Session,
  items: readonly ItemAsRead[],
  target: ReopenTarget,
): Promise<number> {
  const groups = groupByStatusAndRun(items.filter((item) => item.status !== 'in_progress'));
  const running = await lockRuns(tx, groups, target.runId);
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

/**
 * The running ones of the runs concerned, with their rows locked: none of them ends before its items are
 * back in its queue. In the order of their ids, so that two never wait for each other crosswise.
 */
async function lockRuns(
  tx: Session,
  groups: readonly StatusAndRun[],
  targetId: string | undefined,
): Promise<Set<string>> {
  const running = await runningAmong(
    tx,
    groups.map(({ runId }) => runId),
  );
  if (targetId !== undefined) running.add(targetId);
  for (const runId of [...running].sort()) {
    if (runId === targetId) {
      await lockRunningRun(tx, runId);
      continue;
    }
    // It may have ended meanwhile.
    if ((await lockRun(tx, runId))?.status !== 'running') running.delete(runId);
  }
  return running;
}

/** Reopens a group alone: the numbers of runs are the caller's. */
export async function reopenGroup(
  tx: Session,
  group: StatusAndRun,
  runId: string | null,
  priority?: number,
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
    .where(stillAsRead(tx, group))
    .where((eb) => eb.or([eb('refetch', 'is', null), eb('refetch', '<>', 'retired')]))
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}
