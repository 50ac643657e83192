/** One background action: what it is about, how far it came, what became of the items, and the way back. */
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { requireActor } from '#app/_server/actor.ts';
import { Banner } from '#app/ui/banner.tsx';
import { LinkButton } from '#app/ui/button.tsx';
import { CopyId } from '#app/ui/copy.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { ErrorState, NoSuch } from '#app/ui/states.tsx';
import { Badge } from '#app/ui/status-badge.tsx';
import { may } from '#lib/actor/model.ts';
import { readAftermath } from '#lib/items/bulk/aftermath.ts';
import { whyNotUndo } from '#lib/items/bulk/control.ts';
import { bulkOutcome, bulkVerb } from '#lib/items/bulk/model.ts';
import { listRefused } from '#lib/items/bulk/outcomes.ts';
import type { BulkActionDetail } from '#lib/items/bulk/read.ts';
import { getSeenBulkAction } from '#lib/items/touched.ts';
import { countLiveWorkers } from '#lib/workers/list-workers.ts';
import { BulkStatus } from '../bulk-words.tsx';
import { Aftermath } from './aftermath.tsx';
import { BulkControls } from './bulk-controls.tsx';
import { BulkFacts, BulkProgress, RefusedItems, refusedShown } from './bulk-report.tsx';

export const metadata: Metadata = { title: 'Background action' };

export default async function BulkActionPage({
  params,
}: {
  readonly params: Promise<{ bulkActionId: string }>;
}) {
  const actor = await requireActor();
  const { bulkActionId } = await params;
  const loaded = await loadPage(async ({ runtime: { db }, sight }) => {
    const action = await getSeenBulkAction(db, bulkActionId, sight);
    if (action === null) return null;
    const [refused, workers, aftermath] = await Promise.all([
      action.refused > 0 ? listRefused(db, bulkActionId, refusedShown) : [],
      action.status === 'running' ? countLiveWorkers(db) : null,
      readAftermath(db, action),
    ]);
    return { action, refused, workers, aftermath };
  });
  if (!loaded.ok) {
    return (
      <>
        <PageHeader
          title="Background action"
          back={{ href: '/bulk-actions', label: 'Background actions' }}
        />
        <ErrorState error={loaded.error} />
      </>
    );
  }
  if (!loaded.data) return <NoSuch what="background action" listHref="/bulk-actions" />;
  const { action, refused, workers, aftermath } = loaded.data;
  return (
    <div className="flex flex-col gap-4">
      <LiveRefresh />
      <PageHeader
        title={bulkVerb(action.change)}
        back={{ href: '/bulk-actions', label: 'Background actions' }}
        meta={
          <>
            <BulkStatus action={action} />
            {action.isDryRun ? <Badge tone="neutral">Dry run</Badge> : null}
            <CopyId id={action.bulkActionId} />
          </>
        }
        actions={
          may(actor, 'work-items:change') ? (
            <BulkControls
              // Each action has request keys of its own.
              key={action.bulkActionId}
              bulkActionId={action.bulkActionId}
              status={action.status}
              itemsPerSecond={action.itemsPerSecond}
              changed={action.changed}
              mayUndo={whyNotUndo(action) === null}
              mayCarryOut={action.isDryRun && action.status === 'completed' && action.changed > 0}
            />
          ) : null
        }
      />
      <Standing action={action} workers={workers} />
      <BulkProgress action={action} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          {aftermath === null ? null : <Aftermath action={action} aftermath={aftermath} />}
          <RefusedItems action={action} items={refused} />
        </div>
        <BulkFacts action={action} />
      </div>
    </div>
  );
}

/** What stands in its way, or what came of it. */
function Standing({
  action,
  workers,
}: {
  readonly action: BulkActionDetail;
  readonly workers: number | null;
}) {
  if (workers === 0) {
    return (
      <Banner
        kind="warn"
        title="No worker is alive to carry this out"
        action={
          <LinkButton size="sm" href="/workers">
            Show the workers
          </LinkButton>
        }
      >
        It continues by itself as soon as one is started.
      </Banner>
    );
  }
  switch (action.status) {
    case 'running':
      return null;
    case 'failed':
      return (
        <Banner kind="failed" title={action.errorMessage ?? 'It could not continue.'} isLive>
          {bulkOutcome(action)} before that; the others are as they were.
        </Banner>
      );
    case 'aborted':
      return (
        <Banner title={bulkOutcome(action)}>
          It was stopped then; the items it had not come to are as they were.
        </Banner>
      );
    case 'completed':
      return action.isDryRun ? (
        <Banner title={bulkOutcome(action)} isLive>
          Nothing was changed by this dry run.
        </Banner>
      ) : (
        <Banner kind="done" title={bulkOutcome(action)} isLive />
      );
  }
}
