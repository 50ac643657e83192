/** How runs are named and how they stand, in words and marks. */
import { shortId } from '#app/ui/short-id.ts';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import type { Run } from '#lib/runs/model.ts';

const kindWords = { seed: 'Seed', recrawl: 'Recrawl', retry: 'Retry' } as const;

export const kindInWords = (kind: Run['kind']): string => kindWords[kind];

export const runTitle = (run: Pick<Run, 'name' | 'kind' | 'runId'>): string =>
  run.name ?? `${kindWords[run.kind]} ${shortId(run.runId)}`;

export function RunStatusBadge({ run }: { readonly run: Run }) {
  if (run.status === 'running') {
    if (run.pausedAt !== null) return <StatusBadge status="paused" />;
    return <StatusBadge status={run.phase === 'preparing' ? 'preparing' : 'running'} />;
  }
  if (run.status === 'completed' && run.endReason === 'stopped') {
    return <StatusBadge status="stopped" />;
  }
  if (run.status === 'completed' && run.endReason === 'budget') {
    return <StatusBadge status="completed" word="Completed, budget used up" />;
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
