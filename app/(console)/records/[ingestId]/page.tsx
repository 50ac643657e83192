/** One record: its payload, the exchange that brought it, and what changed since the fetch before. */
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { requireActor } from '#app/_server/actor.ts';
import { PayloadViewer } from '#app/_shared/payload/payload-viewer.tsx';
import { Headers, payloadSource } from '#app/_shared/payload/record-parts.tsx';
import { HeldBanner } from '#app/_shared/quarantine/held-banner.tsx';
import { HeldMark } from '#app/_shared/quarantine/held-mark.tsx';
import { Banner } from '#app/ui/banner.tsx';
import { DownloadLink, LinkButton } from '#app/ui/button.tsx';
import { CopyId } from '#app/ui/copy.tsx';
import { Foreign } from '#app/ui/foreign-text.tsx';
import { KeyValue, None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { formatBytes, formatDuration } from '#app/ui/num.tsx';
import { PageHeader, Section } from '#app/ui/page-header.tsx';
import { EmptyState, ErrorState, NoSuch } from '#app/ui/states.tsx';
import { TabLinks } from '#app/ui/tabs.tsx';
import { Time } from '#app/ui/time.tsx';
import { may } from '#lib/actor/model.ts';
import { type Held, heldRecords } from '#lib/quarantine/read.ts';
import {
  type Fetch,
  getFetchOfSame,
  getNeighbours,
  getPageText,
  getRecord,
  listFetches,
  mostFetches,
  type RecordDetail,
} from '#lib/records/detail.ts';
import { requireReadable } from '#lib/records/readable.ts';
import { CompareWith } from './compare-with.tsx';
import { PayloadChanges } from './payload-changes.tsx';

export const metadata: Metadata = { title: 'Record' };

const tabs = ['payload', 'text', 'changes', 'exchange'] as const;
/** Characters of a main text that the page shows; the download has all of it. */
const mostShown = 100_000;
type Tab = (typeof tabs)[number];

export default async function RecordPage({
  params,
  searchParams,
}: {
  readonly params: Promise<{ ingestId: string }>;
  readonly searchParams: Promise<{ tab?: string | string[]; with?: string | string[] }>;
}) {
  const actor = await requireActor();
  const [{ ingestId }, search] = await Promise.all([params, searchParams]);
  const tab: Tab = tabs.find((name) => name === search.tab) ?? 'payload';
  const loaded = await loadPage(async ({ runtime: { db }, actor }) => {
    await requireReadable(db, actor, ingestId);
    const record = await getRecord(db, ingestId);
    if (!record) return null;
    const neighbours = await getNeighbours(db, record);
    const compared =
      tab === 'changes' ? await readCompared(db, record, neighbours.previous, search.with) : null;
    const text = tab === 'text' ? await getPageText(db, ingestId) : null;
    const shown = [ingestId, ...(compared?.fetches.map((fetch) => fetch.ingestId) ?? [])];
    const held = await heldRecords(db, shown);
    return { record, neighbours, compared, held, text: text?.slice(0, mostShown) ?? null };
  });
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Record" back={{ href: '/records', label: 'Records' }} />
        <ErrorState error={loaded.error} />
      </>
    );
  }
  if (!loaded.data) return <NoSuch what="record" listHref="/records" />;
  const { record, neighbours, compared, text } = loaded.data;
  const held = loaded.data.held.get(record.ingestId) ?? null;
  const href = (name: Tab) =>
    `/records/${record.ingestId}${name === 'payload' ? '' : `?tab=${name}`}`;
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title={record.resourceId}
        back={{ href: '/records', label: 'Records' }}
        meta={
          <>
            <span>
              <Foreign text={record.sourceName} />
            </span>
            <CopyId id={record.ingestId} />
          </>
        }
        actions={
          <>
            <Neighbour record={neighbours.previous} label="Previous fetch" tab={tab} />
            <Neighbour record={neighbours.next} label="Next fetch" tab={tab} />
            {isText(record) ? (
              <DownloadLink href={`/records/${record.ingestId}/payload`}>
                Download payload
              </DownloadLink>
            ) : null}
            {record.hasPageText ? (
              <DownloadLink href={`/records/${record.ingestId}/text`}>Download text</DownloadLink>
            ) : null}
            {record.bodyHash === null ? null : (
              <DownloadLink href={`/records/${record.ingestId}/received`}>
                Download as received
              </DownloadLink>
            )}
          </>
        }
      />
      {held === null ? null : (
        <HeldBanner
          held={held}
          workItemId={record.workItemId}
          mayDecide={may(actor, 'alerts:change')}
          what="This version"
        />
      )}
      <Section title="Record">
        <RecordFacts record={record} />
      </Section>
      <TabLinks
        label="Parts of the record"
        tabs={[
          { href: href('payload'), label: 'Payload', isCurrent: tab === 'payload' },
          ...(record.hasPageText || tab === 'text'
            ? [{ href: href('text'), label: 'Main text', isCurrent: tab === 'text' }]
            : []),
          {
            href: href('changes'),
            label: 'Changes',
            isCurrent: tab === 'changes',
          },
          { href: href('exchange'), label: 'Request and response', isCurrent: tab === 'exchange' },
        ]}
      />
      {tab === 'payload' && isText(record) ? (
        <PayloadViewer key={record.ingestId} source={payloadSource(record)} />
      ) : null}
      {tab === 'payload' && !isText(record) ? (
        <EmptyState title="This is no text">
          {record.contentType ?? 'What was received'}, {formatBytes(record.bodyBytes ?? 0)}.
          Download it as it was received.
        </EmptyState>
      ) : null}
      {tab === 'text' && text === null ? (
        <EmptyState title="No main text">
          The source extracts none, or there was none on this page.
        </EmptyState>
      ) : null}
      {tab === 'text' && text !== null ? (
        <Section
          title={record.pageTitle === null ? 'Main text' : <Foreign text={record.pageTitle} />}
        >
          <p className="max-w-prose text-sm wrap-anywhere whitespace-pre-wrap">{text}</p>
          {text.length === mostShown ? (
            <p className="text-xs text-ink-3">This is its beginning; the download has all of it.</p>
          ) : null}
        </Section>
      ) : null}
      {compared === null ? null : (
        <Compared record={record} compared={compared} held={loaded.data.held} />
      )}
      {tab === 'exchange' ? (
        <div className="grid gap-4 xl:grid-cols-2">
          <Headers title="Request headers" headers={record.requestHeaders} />
          <Headers title="Response headers" headers={record.responseHeaders} />
        </div>
      ) : null}
    </div>
  );
}

interface ComparedFetches {
  readonly fetches: readonly Fetch[];
  /** What the record is compared with; null = it is the first fetch. */
  readonly other: RecordDetail | null;
  /** The address names something that is no other fetch of this resource. */
  readonly isUnknown: boolean;
}

/** With the fetch that the address names, else with the one before. */
async function readCompared(
  db: Parameters<typeof getRecord>[0],
  record: RecordDetail,
  previous: { readonly ingestId: string } | null,
  named: string | string[] | undefined,
): Promise<ComparedFetches> {
  const fetches = await listFetches(db, record);
  const chosen = typeof named === 'string' ? await getFetchOfSame(db, record, named) : null;
  return {
    fetches,
    isUnknown: named !== undefined && chosen === null,
    other: chosen ?? (previous === null ? null : await getRecord(db, previous.ingestId)),
  };
}

function Compared({
  record,
  compared: { fetches, other, isUnknown },
  held,
}: {
  readonly record: RecordDetail;
  readonly compared: ComparedFetches;
  readonly held: ReadonlyMap<string, Held>;
}) {
  const notCurrent = held.get(other?.ingestId ?? '');
  // The older of the two is what it was before.
  const [before, after] =
    other !== null && isBefore(record, other) ? [record, other] : [other, record];
  return (
    <div className="flex flex-col gap-3">
      {isUnknown ? (
        <Banner kind="warn" title="The address names no other fetch of this resource">
          This one is compared with the fetch before it.
        </Banner>
      ) : null}
      {fetches.length < 2 ? null : (
        <div className="flex flex-wrap items-end gap-3">
          <CompareWith
            ingestId={record.ingestId}
            chosen={other?.ingestId ?? null}
            fetches={fetches.filter(({ ingestId }) => ingestId !== record.ingestId)}
            isCut={fetches.length === mostFetches}
            held={Object.fromEntries(held)}
          />
          {notCurrent === undefined ? null : <HeldMark held={notCurrent} />}
        </div>
      )}
      <PayloadChanges
        key={`${before?.ingestId ?? ''} ${after.ingestId}`}
        before={before && payloadSource(before)}
        after={payloadSource(after)}
      />
    </div>
  );
}

const isBefore = (a: RecordDetail, b: RecordDetail): boolean =>
  a.fetchedAt === b.fetchedAt ? a.ingestId < b.ingestId : a.fetchedAt < b.fetchedAt;

/** What is no text has bytes, and an empty payload. */
const isText = ({ payload, bodyBytes }: RecordDetail): boolean =>
  payload !== '' || bodyBytes === null || bodyBytes === 0;

function Neighbour({
  record,
  label,
  tab,
}: {
  readonly record: { readonly ingestId: string } | null;
  readonly label: string;
  readonly tab: Tab;
}) {
  return record ? (
    <LinkButton href={`/records/${record.ingestId}${tab === 'payload' ? '' : `?tab=${tab}`}`}>
      {label}
    </LinkButton>
  ) : null;
}

function RecordFacts({ record }: { readonly record: RecordDetail }) {
  return (
    <div className="grid items-start gap-x-10 gap-y-1.5 lg:grid-cols-2">
      <KeyValue
        entries={[
          { label: 'Source', value: record.sourceName },
          { label: 'Type', value: record.resourceType },
          {
            label: 'Work item',
            value: record.workItemId ? (
              <Link href={`/work-items/${record.workItemId}`} className="mono link">
                {record.workItemId}
              </Link>
            ) : (
              <None />
            ),
          },
          {
            label: 'Run',
            value: record.runId ? (
              <Link href={`/runs/${record.runId}`} className="mono link">
                {record.runId}
              </Link>
            ) : (
              <None />
            ),
          },
          {
            label: 'Request',
            value: (
              <span className="mono wrap-anywhere">
                {record.requestMethod} {record.requestUri}
              </span>
            ),
          },
        ]}
      />
      <KeyValue
        entries={[
          { label: 'Fetched', value: <Time at={record.fetchedAt} /> },
          { label: 'HTTP status', value: record.statusCode },
          {
            label: 'Took',
            value: record.durationMs === null ? <None /> : formatDuration(record.durationMs),
          },
          ...(record.pageTitle === null
            ? []
            : [{ label: 'Title', value: <Foreign text={record.pageTitle} /> }]),
          { label: 'Media type', value: record.contentType ?? <None /> },
          { label: 'Read as', value: record.charset ?? <None /> },
          { label: 'Size', value: formatBytes(record.bodyBytes ?? record.bytes) },
          {
            label: 'SHA-256 as received',
            value: record.bodyHash ? (
              <CopyId id={record.bodyHash} text={record.bodyHash} />
            ) : (
              <None word="not kept" />
            ),
          },
          {
            label: 'SHA-256 of the payload',
            value: record.hash ? <CopyId id={record.hash} text={record.hash} /> : <None />,
          },
          { label: 'In the lake', value: record.lakePath ?? <None word="not written" /> },
        ]}
      />
    </div>
  );
}
