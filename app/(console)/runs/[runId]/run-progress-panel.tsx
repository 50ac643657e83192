/** RunProgressPanel: the outcome bar, and the figures of a run. */

import { Elapsed } from '#app/_shared/elapsed.tsx';
import { Banner } from '#app/ui/banner.tsx';
import { formatCount, formatDuration, formatShare } from '#app/ui/num.tsx';
import { OutcomeBar } from '#app/ui/outcome-bar.tsx';
import { Sparkline } from '#app/ui/sparkline.tsx';
import { Stat, StatRow } from '#app/ui/stat.tsx';
import type { Run } from '#lib/runs/model.ts';
import type { RunProgress } from '#lib/runs/run-progress.ts';

export function RunProgressPanel({
  run,
  progress,
  pulse,
}: {
  readonly run: Run;
  readonly progress: RunProgress;
  /** Attempts per minute of its last hour; null = not known. */
  readonly pulse: readonly number[] | null;
}) {
  const { byStatus } = progress;
  const isRunning = run.status === 'running';
  const list = `/work-items?run=${run.runId}`;
  return (
    <div className="flex flex-col gap-3">
      {run.errorMessage ? <Banner kind="failed" title={run.errorMessage} /> : null}
      {isRunning && run.phase === 'preparing' ? (
        <Banner title="Items are being put into the run">
          The numbers grow until all of them are in; workers have started already.
        </Banner>
      ) : null}
      <div className="panel flex flex-wrap items-center gap-x-4 gap-y-2 px-3 py-3">
        <OutcomeBar counts={byStatus} className="h-3 flex-1 basis-64" />
        <span className="num text-sm">
          <strong>{formatCount(run.itemsProcessed)}</strong> of {formatCount(run.itemsTotal)} done (
          {formatShare(run.itemsProcessed, run.itemsTotal)})
        </span>
      </div>
      <StatRow>
        <Stat
          label="Succeeded"
          value={formatCount(run.itemsSucceeded)}
          detail={`${formatCount(run.itemsUnchanged)} of them unchanged`}
          href={`${list}&status=completed`}
        />
        <Stat
          label="Failed"
          value={formatCount(run.itemsFailed)}
          detail={`${formatCount(run.itemsRetried)} attempts retried`}
          href={`${list}&status=failed`}
        />
        <Stat
          label="Skipped"
          value={formatCount(run.itemsSkipped)}
          detail={run.itemsGone > 0 ? `${formatCount(run.itemsGone)} of them gone` : undefined}
          href={`${list}&status=skipped`}
        />
        <Stat
          label="Queued"
          value={formatCount(byStatus.pending)}
          detail={`${formatCount(byStatus.in_progress)} in progress`}
          href={`${list}&status=pending`}
        />
        <Stat label="Discovered" value={formatCount(run.itemsDiscovered)} />
        <Stat
          label={isRunning ? 'Rate' : 'Took'}
          value={
            isRunning ? (
              `${perMinute(progress.itemsPerMinute)} / min`
            ) : (
              <Elapsed from={run.startedAt} to={run.completedAt} />
            )
          }
          detail={
            isRunning ? (
              progress.etaMs === null ? (
                <>
                  running for <Elapsed from={run.startedAt} to={null} />
                </>
              ) : (
                `about ${formatDuration(progress.etaMs)} left`
              )
            ) : undefined
          }
          graph={
            pulse && pulse.filter((attempts) => attempts > 0).length > 2 ? (
              <Sparkline
                label="Attempts per minute over its last hour"
                values={pulse}
                className="text-done"
                width={72}
              />
            ) : undefined
          }
        />
      </StatRow>
    </div>
  );
}

const perMinute = (rate: number) => (rate < 10 ? rate.toFixed(1) : formatCount(Math.round(rate)));
