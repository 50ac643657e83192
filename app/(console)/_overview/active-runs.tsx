/** Runs that go on, with progress and what is left; when none does, how the last one ended. */
import { Hourglass } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from '#app/ui/link.tsx';
import { formatCount, formatDuration } from '#app/ui/num.tsx';
import { OutcomeBar } from '#app/ui/outcome-bar.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import { Time } from '#app/ui/time.tsx';
import type { ActiveRun, LastRun } from '#lib/metrics/model.ts';
import { Quiet } from './quiet.tsx';

export function ActiveRuns({
  runs,
  lastRun,
}: {
  readonly runs: readonly ActiveRun[];
  readonly lastRun: LastRun | null;
}) {
  if (runs.length === 0) {
    return (
      <>
        <Quiet>{lastRun ? 'No run is going on. The last one:' : 'No run is going on.'}</Quiet>
        {lastRun ? (
          <RunLine
            run={lastRun}
            badge={<StatusBadge status={lastRun.status} />}
            aside={
              <span>
                ended <Time at={lastRun.endedAt} />
              </span>
            }
          />
        ) : null}
      </>
    );
  }
  return (
    <ul>
      {runs.map((run) => (
        <li key={run.runId} className="border-b last:border-b-0">
          <RunLine
            run={run}
            badge={<StatusBadge status={stateOf(run)} />}
            aside={<Left {...run} />}
          />
        </li>
      ))}
    </ul>
  );
}

const stateOf = ({ pausedAt, phase }: ActiveRun) =>
  pausedAt ? 'paused' : phase === 'preparing' ? 'preparing' : 'running';

function RunLine({
  run,
  badge,
  aside,
}: {
  readonly run: ActiveRun | LastRun;
  readonly badge: ReactNode;
  readonly aside: ReactNode;
}) {
  const done = run.succeeded + run.failed + run.skipped;
  return (
    <Link
      href={`/runs/${run.runId}`}
      className="flex flex-col gap-1.5 px-3 py-2.5 -outline-offset-2! hover:bg-hover"
    >
      <span className="flex items-center justify-between gap-3">
        <span className="truncate font-medium">{run.name ?? `${run.kind} run`}</span>
        {badge}
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
        {aside}
      </span>
    </Link>
  );
}

function Left({ etaMs, perMinute }: ActiveRun) {
  return (
    <span className="flex items-center gap-1">
      <Hourglass aria-hidden className="size-3" />
      {etaMs === null
        ? 'no rate yet'
        : `${formatDuration(etaMs)} left at ${formatRate(perMinute)}/min`}
    </span>
  );
}

const formatRate = (perMinute: number) =>
  perMinute >= 10 ? formatCount(Math.round(perMinute)) : perMinute.toFixed(1);
