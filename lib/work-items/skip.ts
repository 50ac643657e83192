/** Skipping items, and the numbers of their runs with it. */
import type { Session } from '#db/engine.ts';
import { adjustRun, correctRun, outcomeDeltas, timesDeltas } from '#lib/runs/run-numbers.ts';
import { statusIs } from './held-item.ts';
import type { ReopenCandidate } from './reopen.ts';

/**
 * Skips pending and failed items that are still as they were read.
 * @param items at most 500
 * @returns how many were skipped
 */
export async function skipCandidates(
  tx: Session,
  items: readonly ReopenCandidate[],
): Promise<number> {
  let skipped = 0;
  for (const group of groupByStatusAndRun(items)) {
    const result = await tx.q
      .updateTable('work_items')
      .set({ status: 'skipped', wait_reason: null, updated_at: tx.engine.now() })
      .where('work_item_id', 'in', group.ids)
      .where('status', '=', statusIs(group.status))
      .where((eb) =>
        group.runId === null ? eb('run_id', 'is', null) : eb('run_id', '=', group.runId),
      )
      .executeTakeFirst();
    const count = Number(result.numUpdatedRows);
    if (count === 0) continue;
    skipped += count;
    await noteSkipped(tx, group, count);
  }
  return skipped;
}

interface Group {
  readonly status: ReopenCandidate['status'];
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

/** A pending item comes to its end in its run; a failed one only changes its outcome. */
async function noteSkipped(tx: Session, { status, runId }: Group, count: number): Promise<void> {
  if (status === 'failed') await correctRun(tx, runId, { failed: -count, skipped: count });
  else await adjustRun(tx, runId, timesDeltas(outcomeDeltas('skipped', 1), count));
}
