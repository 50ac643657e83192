/** One run: how far it is, how fast, what failed and why, and the levers. */
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { requireActor } from '#app/_server/actor.ts';
import { NotWhile, StandsStill } from '#app/_shared/not-while.tsx';
import { doneWords, RunStatusBadge } from '#app/_shared/run-words.tsx';
import { Banner } from '#app/ui/banner.tsx';
import { LinkButton } from '#app/ui/button.tsx';
import { CopyId } from '#app/ui/copy.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { formatCount, formatDuration, formatShare } from '#app/ui/num.tsx';
import { OutcomeBar } from '#app/ui/outcome-bar.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { Sparkline } from '#app/ui/sparkline.tsx';
import { Stat, StatRow } from '#app/ui/stat.tsx';
import { ErrorState, NoSuch } from '#app/ui/states.tsx';
import { Elapsed } from '#app/ui/time.tsx';
import { may, reaches } from '#lib/actor/model.ts';
import { latestEvents } from '#lib/events/list-events.ts';
import { forecastRun, type RunForecast } from '#lib/items/waiting/stands-still.ts';
import { readNow } from '#lib/now.ts';
import type { Run } from '#lib/runs/model.ts';
import { listRelatedRuns } from '#lib/runs/related-runs.ts';
import { readRunCurve, readRunMedia } from '#lib/runs/run-curve.ts';
import { kindInWords } from '#lib/runs/run-name.ts';
import {
  attemptsPerMinute,
  type RunProgress,
  runErrors,
  runProgress,
} from '#lib/runs/run-progress.ts';
import { getRun, sourcesOfRun } from '#lib/runs/run-row.ts';
import { RunControls } from './run-controls.tsx';
import { RunCurve, RunMediaTypes } from './run-curve.tsx';
import { RunErrors, RunFacts } from './run-facts.tsx';
import { RunLog } from './run-log.tsx';

export const metadata: Metadata = { title: 'Run' };

export default async function RunPage({ params }: { readonly params: Promise<{ runId: string }> }) {
  const actor = await requireActor();
  const { runId } = await params;
  const loaded = await loadPage(async ({ runtime: { db }, reads, sight }) => {
    const run = await getRun(db, runId, sight);
    if (!run) return null;
    const now = await readNow(db);
    const [progress, forecast, pulse, errors, related, log, curve, media] = await Promise.all([
      runProgress(db, runId),
      forecastRun(db, run),
      attemptsPerMinute(reads, run),
      runErrors(db, runId),
      listRelatedRuns(db, run, sight),
      latestEvents(db, { runId, limit: 50 }),
      readRunCurve(db, run, now),
      readRunMedia(reads, runId),
    ]);
    return { run, progress, forecast, pulse, errors, related, log, curve, media };
  });
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Run" back={{ href: '/runs', label: 'Runs' }} />
        <ErrorState error={loaded.error} />
      </>
    );
  }
  if (!loaded.data) return <NoSuch what="run" listHref="/runs" />;
  const { run, progress, forecast, pulse, errors, related, log, curve, media } = loaded.data;
  return (
    <div className="flex flex-col gap-4">
      <LiveRefresh />
      <PageHeader
        title={run.name}
        back={{ href: '/runs', label: 'Runs' }}
        meta={
          <>
            <RunStatusBadge run={run} />
            <span>{kindInWords(run.kind)}</span>
            <CopyId id={run.runId} />
          </>
        }
        actions={
          <>
            <LinkButton href={`/work-items?run=${run.runId}`}>Show its items</LinkButton>
            <LinkButton href={`/runs/compare?a=${run.runId}`}>Compare</LinkButton>
            {may(actor, 'runs:change') && reaches(actor, sourcesOfRun(run)) ? (
              <RunControls
                runId={run.runId}
                status={run.status}
                kind={run.kind}
                isPaused={run.pausedAt !== null}
                queued={progress.byStatus.pending}
                inProgress={progress.byStatus.in_progress}
                failed={run.itemsFailed}
                succeeded={run.itemsSucceeded}
              />
            ) : null}
          </>
        }
      />
      <RunProgressPanel run={run} progress={progress} forecast={forecast} pulse={pulse} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          <RunCurve run={run} curve={curve} forecast={forecast} />
          <RunErrors runId={run.runId} failed={run.itemsFailed} errors={errors} />
          <RunLog key={run.runId} runId={run.runId} page={log} />
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <RunFacts run={run} related={related} />
          <RunMediaTypes media={media} />
        </div>
      </div>
    </div>
  );
}

/** The outcome bar, and the figures of a run. */
function RunProgressPanel({
  run,
  progress,
  forecast,
  pulse,
}: {
  readonly run: Run;
  readonly progress: RunProgress;
  readonly forecast: RunForecast;
  /** Attempts per minute of its last hour; null = not known. */
  readonly pulse: readonly number[] | null;
}) {
  const { byStatus } = progress;
  const isRunning = run.status === 'running';
  const list = `/work-items?run=${run.runId}`;
  return (
    <div className="flex flex-col gap-3">
      {run.errorMessage ? <Banner kind="failed" title={run.errorMessage} /> : null}
      <StandsStill waits={forecast.waits} />
      {isRunning && run.phase === 'preparing' ? (
        <Banner title="Items are being added to the run">
          The numbers grow until all of them are in; workers have already started.
        </Banner>
      ) : null}
      <div className="panel flex flex-wrap items-center gap-x-4 gap-y-2 px-3 py-3">
        <OutcomeBar counts={byStatus} className="h-3 flex-1 basis-64" />
        <span className="num text-sm">
          {doneWords(run)}
          {isRunning ? ` (${formatShare(run.itemsProcessed, run.itemsTotal)} settled)` : ''}
        </span>
      </div>
      <StatRow>
        <Stat
          label="Completed"
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
          detail={
            run.itemsMissing > 0 ? `${formatCount(run.itemsMissing)} of them missing` : undefined
          }
          href={`${list}&status=skipped`}
        />
        <Stat
          label="Pending"
          value={formatCount(byStatus.pending)}
          detail={`${formatCount(byStatus.in_progress)} in progress`}
          href={`${list}&status=pending`}
        />
        <Stat label="Discovered" value={formatCount(run.itemsDiscovered)} />
        <Stat
          label={isRunning ? 'Rate' : 'Took'}
          value={
            isRunning ? (
              `${perMinute(forecast.itemsPerMinute)} / min`
            ) : (
              <Elapsed from={run.startedAt} to={run.completedAt} />
            )
          }
          detail={
            isRunning ? (
              forecast.waits !== null ? (
                <NotWhile waits={forecast.waits} />
              ) : forecast.etaMs === null ? (
                <>
                  running for <Elapsed from={run.startedAt} to={null} />
                </>
              ) : (
                `about ${formatDuration(forecast.etaMs)} left`
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
