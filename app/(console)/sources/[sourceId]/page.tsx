/** One source: what it does, how fresh it is, what is wrong, what comes next, and who changed it. */
import { Pencil } from 'lucide-react';
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { loadPage } from '#app/_server/action.ts';
import { requireActor } from '#app/_server/actor.ts';
import { LaunchButton } from '#app/_shared/launch/launch-button.tsx';
import { StandsStill } from '#app/_shared/not-while.tsx';
import { Banner } from '#app/ui/banner.tsx';
import { LinkButton } from '#app/ui/button.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { ErrorState, NoSuch } from '#app/ui/states.tsx';
import { TabLinks } from '#app/ui/tabs.tsx';
import { Time } from '#app/ui/time.tsx';
import { may, reaches } from '#lib/actor/model.ts';
import { readSourceRoom } from '#lib/metrics/source-room.ts';
import { readSourceTimeline } from '#lib/metrics/source-timeline.ts';
import { listRevisions, listSources, type SourceSummary } from '#lib/sources/read-sources.ts';
import { PauseButton } from '../source-controls.tsx';
import { rateInWords, SourceStateBadge } from '../source-words.tsx';
import { CommentForm } from './comment-form.tsx';
import { Revisions } from './revisions.tsx';
import { Failures, Hosts, Runs, Schedules } from './source-lists.tsx';
import { Fresh, History, SourceStats } from './source-state.tsx';
import { Timeline } from './timeline.tsx';
import { Yaml } from './yaml.tsx';

export const metadata: Metadata = { title: 'Source' };

const tabs = ['state', 'revisions', 'yaml'] as const;
type Tab = (typeof tabs)[number];

export default async function SourcePage({
  params,
  searchParams,
}: {
  readonly params: Promise<{ sourceId: string }>;
  readonly searchParams: Promise<{ tab?: string | string[] }>;
}) {
  const actor = await requireActor();
  const [{ sourceId }, search] = await Promise.all([params, searchParams]);
  // Where the form was.
  if (search.tab === 'settings') redirect(`/sources/${encodeURIComponent(sourceId)}/edit`);
  const tab: Tab = tabs.find((name) => name === search.tab) ?? 'state';
  const loaded = await loadPage(async ({ runtime: { db }, sight }) => {
    const sources = await listSources(db, sight);
    const source = sources.find((one) => one.sourceId === sourceId);
    if (!source) return null;
    if (tab === 'revisions') {
      return { source, revisions: await listRevisions(db, sourceId, 50), state: null };
    }
    if (tab === 'yaml') return { source, revisions: [], state: null };
    const room = await readSourceRoom(db, source, sight);
    const timeline = await readSourceTimeline(db, sourceId, room.runs);
    return { source, revisions: [], state: { room, timeline } };
  });
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Source" back={{ href: '/sources', label: 'Sources' }} />
        <ErrorState error={loaded.error} />
      </>
    );
  }
  if (!loaded.data) return <NoSuch what="source" listHref="/sources" />;
  const { source, revisions, state } = loaded.data;
  const isOwn = reaches(actor, [source.name]);
  const canChange = isOwn && may(actor, 'sources:change');
  const href = (name: Tab) => `/sources/${sourceId}${name === 'state' ? '' : `?tab=${name}`}`;
  return (
    <div className="flex flex-col gap-4">
      <LiveRefresh />
      <PageHeader
        title={source.name}
        back={{ href: '/sources', label: 'Sources' }}
        meta={
          <>
            <SourceStateBadge source={source} />
            <span>{source.type}</span>
            <span>{rateInWords(source.rateDelayMs)}</span>
            <span>revision {source.revision}</span>
          </>
        }
        actions={
          <Actions
            source={source}
            canChange={canChange}
            canRun={isOwn && may(actor, 'runs:change')}
            canAdd={isOwn && may(actor, 'work-items:change')}
          />
        }
      />
      {source.pausedAt === null ? (
        <StandsStill waits={state?.room.waits ?? null} />
      ) : (
        <Banner kind="warn" title="This source is paused">
          Since <Time at={source.pausedAt} />
          {source.pausedReason ? `: ${source.pausedReason}` : ''}. Nothing is fetched from it
          {source.pausedUntil === null ? (
            '.'
          ) : (
            <>
              ; it goes on by itself <Time at={source.pausedUntil} />.
            </>
          )}
        </Banner>
      )}
      <TabLinks
        label="Parts of the source"
        tabs={[
          { href: href('state'), label: 'State', isCurrent: tab === 'state' },
          {
            href: href('revisions'),
            label: 'Revisions',
            count: source.revision,
            isCurrent: tab === 'revisions',
          },
          { href: href('yaml'), label: 'YAML', isCurrent: tab === 'yaml' },
        ]}
      />
      {state === null ? null : (
        <>
          <SourceStats source={source} room={state.room} />
          <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
            <div className="flex min-w-0 flex-col gap-4">
              <History days={state.room.days} />
              <Failures name={source.name} failures={state.room.failures} />
              <Runs name={source.name} runs={state.room.runs} />
            </div>
            <div className="flex min-w-0 flex-col gap-4">
              <Fresh name={source.name} freshness={state.room.freshness} />
              <Schedules schedules={state.room.schedules} />
              <Hosts hosts={state.room.hosts} />
            </div>
          </div>
          <Timeline
            sourceId={sourceId}
            entries={state.timeline}
            form={canChange ? <CommentForm key={sourceId} sourceId={sourceId} /> : null}
          />
        </>
      )}
      {tab === 'revisions' ? (
        <Revisions
          sourceId={sourceId}
          current={source.revision}
          revisions={revisions}
          canChange={canChange}
        />
      ) : null}
      {tab === 'yaml' ? <Yaml source={source} /> : null}
    </div>
  );
}

function Actions({
  source,
  canChange,
  canRun,
  canAdd,
}: {
  readonly source: SourceSummary;
  readonly canChange: boolean;
  readonly canRun: boolean;
  readonly canAdd: boolean;
}) {
  const { sourceId, name, type, enabled } = source;
  return (
    <>
      {canAdd ? (
        <LinkButton href={`/work-items/new?${new URLSearchParams({ source: name }).toString()}`}>
          Add an address
        </LinkButton>
      ) : null}
      <LinkButton href={`/work-items?${new URLSearchParams({ source: name }).toString()}`}>
        Show its items
      </LinkButton>
      <LinkButton href={`/sources/${sourceId}/edit`} icon={<Pencil aria-hidden />}>
        {canChange ? 'Edit' : 'Settings'}
      </LinkButton>
      {canChange ? (
        <PauseButton sourceId={sourceId} name={name} isPaused={source.pausedAt !== null} />
      ) : null}
      {canRun && enabled ? (
        <LaunchButton
          sources={[{ name, type, enabled }]}
          preset={[name]}
          label="Run now"
          askedAs={`run-${sourceId}`}
        />
      ) : null}
    </>
  );
}
