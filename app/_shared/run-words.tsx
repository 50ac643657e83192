/** How runs are named and how they stand, in words and marks. */
import { StatusBadge } from '#app/ui/status-badge.tsx';
import type { EndReason } from '#lib/runs/lifecycle.ts';
import type { Run } from '#lib/runs/model.ts';

/** Which budget a run has used up. */
const spentWords: ReadonlyMap<EndReason, string> = new Map([
  ['budget', 'budget used up'],
  ['request_budget', 'requests used up'],
  ['time_budget', 'time used up'],
]);

export function RunStatusBadge({ run }: { readonly run: Run }) {
  if (run.status === 'running') {
    if (run.pausedAt !== null) return <StatusBadge status="paused" />;
    return <StatusBadge status={run.phase === 'preparing' ? 'preparing' : 'running'} />;
  }
  if (run.status === 'completed' && run.endReason === 'stopped') {
    return <StatusBadge status="stopped" />;
  }
  const spent = run.endReason === null ? undefined : spentWords.get(run.endReason);
  if (run.status === 'completed' && spent !== undefined) {
    return <StatusBadge status="completed" word={`Completed, ${spent}`} />;
  }
  return <StatusBadge status={run.status} />;
}

/** Counts of a list row, without asking for what is in progress. */
export const outcomeCounts = (run: Run) => ({
  completed: run.itemsSucceeded,
  failed: run.itemsFailed,
  skipped: run.itemsSkipped,
  pending: Math.max(0, run.itemsTotal - run.itemsProcessed),
});
