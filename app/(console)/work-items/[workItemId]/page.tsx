/** One work item: where it stands and why, its attempts, its latest record, its lineage. */

import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { requireActor } from '#app/_server/actor.ts';
import { ItemStatusBadge, stateOfItem } from '#app/_shared/item-words.tsx';
import { PayloadViewer } from '#app/_shared/payload/payload-viewer.tsx';
import { Headers, payloadSource } from '#app/_shared/payload/record-parts.tsx';
import { HeldBanner } from '#app/_shared/quarantine/held-banner.tsx';
import { Banner } from '#app/ui/banner.tsx';
import { CodeBlock } from '#app/ui/code-block.tsx';
import { CopyId } from '#app/ui/copy.tsx';
import { KeyValue } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { PageHeader, Section } from '#app/ui/page-header.tsx';
import { ErrorState, NoSuch } from '#app/ui/states.tsx';
import { may, reaches } from '#lib/actor/model.ts';
import { changeOffers, offersFor } from '#lib/items/changes/offers.ts';
import { planChoices } from '#lib/items/changes/set-refetch.ts';
import { getWorkItemDetail } from '#lib/items/detail.ts';
import { statusTimeline } from '#lib/items/timeline.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import { getLatestRecord, type RecordDetail } from '#lib/records/detail.ts';
import { mayRead } from '#lib/records/readable.ts';
import { AskedChanges, ChangeButton } from '../change-buttons.tsx';
import { Attempts } from './attempts.tsx';
import { FailingAnswers } from './failing-answers.tsx';
import { ItemFacts, Lineage } from './item-facts.tsx';
import { RefetchMenu } from './refetch-menu.tsx';
import { StatusTimeline, WhyWaiting } from './standing.tsx';

export const metadata: Metadata = { title: 'Work item' };

export default async function WorkItemPage({
  params,
}: {
  readonly params: Promise<{ workItemId: string }>;
}) {
  const actor = await requireActor();
  const { workItemId } = await params;
  const loaded = await loadPage(async ({ runtime: { db }, actor: reader }) => {
    const detail = await getWorkItemDetail(db, workItemId, reader);
    if (detail === null) return null;
    const isReadable = mayRead(reader, detail.item.sourceName);
    return { detail, record: isReadable ? await getLatestRecord(db, workItemId) : null };
  });
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Work item" back={{ href: '/work-items', label: 'Work items' }} />
        <ErrorState error={loaded.error} />
      </>
    );
  }
  if (!loaded.data) return <NoSuch what="work item" listHref="/work-items" />;
  const { detail, record } = loaded.data;
  const { item } = detail;
  const newest = detail.held[detail.records[0]?.ingestId ?? ''];
  return (
    <div className="flex flex-col gap-4">
      <LiveRefresh />
      <PageHeader
        title={item.resourceId}
        back={{ href: '/work-items', label: 'Work items' }}
        meta={
          <>
            <ItemStatusBadge item={item} />
            <CopyId id={item.workItemId} />
          </>
        }
        actions={
          may(actor, 'work-items:change') && reaches(actor, [item.sourceName]) ? (
            <Actions item={item} />
          ) : null
        }
      />
      {item.refetch.kind === 'retired' ? (
        <Banner kind="info" title="It is retired">
          It is kept with its records, but no longer fetched. Choose another fetch plan to take it
          back.
        </Banner>
      ) : (
        <WhyWaiting status={item.status} answer={detail.waiting} />
      )}
      {newest === undefined ? null : (
        <HeldBanner
          held={newest}
          workItemId={item.workItemId}
          mayDecide={may(actor, 'alerts:change')}
          what="The newest version"
        />
      )}
      <StatusTimeline stretches={statusTimeline(item, detail.attempts)} state={stateOfItem(item)} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          <Attempts attempts={detail.attempts} />
          <FailingAnswers answers={detail.failingAnswers} />
          <LatestRecord record={record} />
          <Request item={item} />
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <ItemFacts detail={detail} />
          <Lineage detail={detail} />
        </div>
      </div>
    </div>
  );
}

function Actions({ item }: { readonly item: WorkItem }) {
  const { workItemId } = item;
  return (
    <>
      {offersFor(item).map((one) => (
        <ChangeButton key={one.id} offer={one} workItemId={workItemId} />
      ))}
      <RefetchMenu item={item} choices={refetchChoices} />
      <AskedChanges offers={changeOffers} workItemId={workItemId} />
    </>
  );
}

const refetchChoices = [
  ...planChoices,
  { label: 'Retire: keep, but fetch no more', value: { kind: 'retired' } },
] as const;

function LatestRecord({ record }: { readonly record: RecordDetail | null }) {
  if (record === null) {
    return (
      <Section title="Latest record">
        <p className="text-sm text-ink-3">Nothing has been stored for this item yet.</p>
      </Section>
    );
  }
  const href = `/records/${record.ingestId}`;
  return (
    <Section
      title="Latest record"
      aside={
        <>
          <Link href={`${href}?tab=changes`} className="link">
            Changes
          </Link>
          <Link href={href} className="link">
            Open the record
          </Link>
        </>
      }
    >
      <PayloadViewer key={record.ingestId} source={payloadSource(record)} maxHeight="28rem" />
    </Section>
  );
}

function Request({ item }: { readonly item: WorkItem }) {
  return (
    <>
      <Section title="Request">
        <div className="flex flex-col gap-3">
          <KeyValue
            entries={[
              { label: 'Method', value: <span className="mono">{item.requestMethod}</span> },
              { label: 'URI', value: <CopyId id={item.requestUri} text={item.requestUri} /> },
            ]}
          />
          {item.requestBody ? (
            <CodeBlock label="Request body" wraps>
              {item.requestBody}
            </CodeBlock>
          ) : null}
          {item.metadata ? (
            <CodeBlock label="Metadata" wraps>
              {JSON.stringify(item.metadata, null, 2)}
            </CodeBlock>
          ) : null}
        </div>
      </Section>
      {item.requestHeaders ? (
        <Headers title="Request headers" headers={item.requestHeaders} />
      ) : null}
    </>
  );
}
