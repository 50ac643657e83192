/** One run: how far it is, how fast, what failed and why, and the levers. */
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { requireActor } from '#app/_server/actor.ts';
import { LinkButton } from '#app/ui/button.tsx';
import { CopyId } from '#app/ui/copy-id.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { ErrorState, NoSuch } from '#app/ui/states.tsx';
import { can } from '#lib/actor/permissions.ts';
import { latestEvents } from '#lib/events/list-events.ts';
import { getRun } from '#lib/runs/get-run.ts';
import { listRelatedRuns } from '#lib/runs/related-runs.ts';
import { runErrors, runProgress } from '#lib/runs/run-progress.ts';
import { attemptsPerMinute } from '#lib/runs/run-pulse.ts';
import { kindInWords, RunStatusBadge, runTitle } from '../run-words.tsx';
import { RunControls } from './run-controls.tsx';
import { RunErrors, RunFacts } from './run-facts.tsx';
import { RunLog } from './run-log.tsx';
import { RunProgressPanel } from './run-progress-panel.tsx';

export const metadata: Metadata = { title: 'Run' };

export default async function RunPage({
  params,
  searchParams,
}: {
  readonly params: Promise<{ runId: string }>;
  readonly searchParams: Promise<{ readonly recrawl?: string | string[] }>;
}) {
  const actor = await requireActor();
  const { runId } = await params;
  const { recrawl } = await searchParams;
  const loaded = await loadPage(async ({ runtime: { db }, reads }) => {
    const run = await getRun(db, runId);
    if (!run) return null;
    const [progress, pulse, errors, related, log] = await Promise.all([
      runProgress(db, runId),
      attemptsPerMinute(reads, run),
      runErrors(db, runId),
      listRelatedRuns(db, run),
      latestEvents(db, { runId, limit: 50 }),
    ]);
    return { run, progress, pulse, errors, related, log };
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
  const { run, progress, pulse, errors, related, log } = loaded.data;
  return (
    <div className="flex flex-col gap-4">
      <LiveRefresh />
      <PageHeader
        title={runTitle(run)}
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
            {can(actor.role, 'runs:change') ? (
              <RunControls
                runId={run.runId}
                status={run.status}
                kind={run.kind}
                isPaused={run.pausedAt !== null}
                queued={progress.byStatus.pending}
                inProgress={progress.byStatus.in_progress}
                failed={run.itemsFailed}
                succeeded={run.itemsSucceeded}
                asksForRecrawl={recrawl === '1'}
              />
            ) : null}
          </>
        }
      />
      <RunProgressPanel run={run} progress={progress} pulse={pulse} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          <RunErrors runId={run.runId} errors={errors} />
          <RunLog key={run.runId} runId={run.runId} page={log} />
        </div>
        <RunFacts run={run} related={related} />
      </div>
    </div>
  );
}
