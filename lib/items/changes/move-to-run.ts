/** Moving pending items from one run, or from none, into another that is running. */
import type { Session } from '#db/engine.ts';
import { isOnHold, onHoldReason } from '#lib/queue/hold.ts';
import { statusIs } from '#lib/queue/lease/leased-item.ts';
import { adjustRun, lockRunningRun } from '#lib/queue/runs/run-numbers.ts';
import type { ItemAsRead } from '#lib/queue/status-and-run.ts';

type Pending = ItemAsRead & { readonly wait_reason: string | null };

/**
 * How many more items the run may have by its budget. Holds the run's row until the transaction ends,
 * so that nobody else fills that room meanwhile.
 * @throws AppError `not_found`, `run_ended`
 */
export async function roomInRun(tx: Session, runId: string): Promise<number> {
  const run = await lockRunningRun(tx, runId);
  return run.maxItems === null
    ? Number.POSITIVE_INFINITY
    : Math.max(0, run.maxItems - run.itemsTotal);
}

/**
 * Moves pending items that are still as they were read; what was held may be fetched again. Call
 * `roomInRun` first.
 * @param items at most 500
 * @returns how many were moved
 */
export async function moveToRun(
  tx: Session,
  items: readonly Pending[],
  runId: string,
): Promise<number> {
  const now = tx.engine.now();
  let moved = 0;
  for (const group of groupsOf(items)) {
    const result = await tx.q
      .updateTable('work_items')
      .set({
        run_id: runId,
        updated_at: now,
        ...(group.isHeld ? { wait_reason: null, available_at: now } : {}),
      })
      .where('work_item_id', 'in', group.ids)
      .where('status', '=', statusIs('pending'))
      .where((eb) =>
        group.runId === null ? eb('run_id', 'is', null) : eb('run_id', '=', group.runId),
      )
      .where((eb) =>
        group.isHeld
          ? eb('wait_reason', '=', onHoldReason)
          : eb.or([eb('wait_reason', 'is', null), eb('wait_reason', '<>', onHoldReason)]),
      )
      .executeTakeFirst();
    const count = Number(result.numUpdatedRows);
    if (count === 0) continue;
    moved += count;
    await adjustRun(tx, group.runId, { total: -count });
  }
  if (moved > 0) await adjustRun(tx, runId, { total: moved });
  return moved;
}

interface Group {
  readonly runId: string | null;
  readonly isHeld: boolean;
  readonly ids: string[];
}

function groupsOf(items: readonly Pending[]): Group[] {
  const groups = new Map<string, Group>();
  for (const { work_item_id: id, status, run_id: runId, wait_reason: waitReason } of items) {
    const isHeld = isOnHold({ status, waitReason });
    const key = `${isHeld} ${runId ?? ''}`;
    const group = groups.get(key) ?? { runId, isHeld, ids: [] };
    group.ids.push(id);
    groups.set(key, group);
  }
  return [...groups.values()];
}
