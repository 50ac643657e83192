/** How runs are named and how they stand, in words and marks. */
import { formatCount } from '#app/ui/num.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import type { EndReason } from '#lib/runs/lifecycle.ts';
import type { Run } from '#lib/runs/model.ts';
import { type RunStanding, stateOfRun } from '#lib/runs/run-state.ts';

/** Which budget a run has used up. */
const spentWords: ReadonlyMap<EndReason, string> = new Map([
  ['budget', 'budget used up'],
  ['request_budget', 'requests used up'],
  ['time_budget', 'time used up'],
]);

export function RunStatusBadge({ run }: { readonly run: RunStanding }) {
  const state = stateOfRun(run);
  const spent = run.endReason === null ? undefined : spentWords.get(run.endReason);
  return state === 'completed' && spent !== undefined ? (
    <StatusBadge status={state} word={`Completed, ${spent}`} />
  ) : (
    <StatusBadge status={state} />
  );
}

type Done = Pick<Run, 'itemsTotal' | 'itemsProcessed' | 'itemsFailed' | 'itemsSkipped'>;

/**
 * `60 of 100 done, 30 skipped, 5 failed`: what was skipped came to an end, and nobody did it. Failed ones are among those
 * done.
 */
export function doneWords({ itemsTotal, itemsProcessed, itemsFailed, itemsSkipped }: Done): string {
  return [
    `${formatCount(Math.max(0, itemsProcessed - itemsSkipped))} of ${formatCount(itemsTotal)} done`,
    itemsSkipped > 0 ? `${formatCount(itemsSkipped)} skipped` : '',
    itemsFailed > 0 ? `${formatCount(itemsFailed)} failed` : '',
  ]
    .filter(Boolean)
    .join(', ');
}

/** Counts of a list row, without asking for what is in progress. */
export const outcomeCounts = (run: Done & Pick<Run, 'itemsSucceeded'>) => ({
  completed: run.itemsSucceeded,
  failed: run.itemsFailed,
  skipped: run.itemsSkipped,
  pending: Math.max(0, run.itemsTotal - run.itemsProcessed),
});
