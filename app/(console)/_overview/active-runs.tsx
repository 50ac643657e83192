/** Runs that go on, with progress and what is left. */
import { Hourglass } from 'lucide-react';
import { Link } from '#app/ui/link.tsx';
import { formatCount, formatDuration } from '#app/ui/num.tsx';
import { OutcomeBar } from '#app/ui/outcome-bar.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import type { ActiveRun } from '#lib/metrics/model.ts';
import { Quiet } from './quiet.tsx';

export function ActiveRuns({ runs }: { readonly runs: readonly ActiveRun[] }) {
  if (runs.length === 0) return <Quiet>No run is going on.</Quiet>;
  return (
    <ul>
      {runs.map((run) => {
        const done = run.succeeded + run.failed + run.skipped;
        return (
          <li key={run.runId} className="border-b last:border-b-0">
            <Link
              href={`/runs/${run.runId}`}
              className="flex flex-col gap-1.5 px-3 py-2.5 -outline-offset-2! hover:bg-hover"
            >
              <span className="flex items-center justify-between gap-3">
                <span className="truncate font-medium">{run.name ?? `${run.kind} run`}</span>
                <StatusBadge
                  status={
                    run.pausedAt ? 'paused' : run.phase === 'preparing' ? 'preparing' : 'running'
                  }
                />
              </span>
              <OutcomeBar
                counts={{
                  completed: run.succeeded,
                  failed: run.failed,
                  skipped: run.skipped,
                  pending: Math.max(0, run.total - done),
                }}
              />
              <span className="num flex flex-wrap justify-between gap-x-3 text-xs text-ink-2">
                <span>
                  {formatCount(done)} of {formatCount(run.total)}
                  {run.failed > 0 ? `, ${formatCount(run.failed)} failed` : ''}
                </span>
                <span className="flex items-center gap-1">
                  <Hourglass aria-hidden className="size-3" />
                  {run.etaMs === null
                    ? 'no rate yet'
                    : `${formatDuration(run.etaMs)} left at ${formatRate(run.perMinute)}/min`}
                </span>
              </span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

const formatRate = (perMinute: number) =>
  perMinute >= 10 ? formatCount(Math.round(perMinute)) : perMinute.toFixed(1);
