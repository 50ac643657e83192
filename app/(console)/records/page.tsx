/** Records: what was fetched, newest first, by resource, run and time. */
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { requireActor } from '#app/_server/actor.ts';
import { ParameterProblems } from '#app/ui/banner.tsx';
import { LinkButton } from '#app/ui/button.tsx';
import { None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { countOf, formatBytes, formatDuration, shortId } from '#app/ui/num.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { Pagination, pageSummary } from '#app/ui/pagination.tsx';
import { EmptyState, ErrorState } from '#app/ui/states.tsx';
import { SortHeader, TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import type { RawParameters } from '#lib/paging/parameters.ts';
import {
  listRecords,
  parseRecordQuery,
  type RecordParameter,
  type RecordQuery,
  type RecordSummary,
  recordParameters,
} from '#lib/records/list.ts';
import { listSources } from '#lib/sources/read-sources.ts';
import { RecordFilterForm } from './record-filter-form.tsx';
import { type RecordParameters, recordsHref } from './record-href.ts';

export const metadata: Metadata = { title: 'Records' };

export default async function RecordsPage({
  searchParams,
}: {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  await requireActor();
  const search = await searchParams;
  const { query, problems } = parseRecordQuery(search);
  const current = recordParametersOf(search);
  const [list, sources] = await Promise.all([
    loadPage(({ reads }) => listRecords(reads, query)),
    loadPage(async ({ runtime }) => (await listSources(runtime.db)).map((source) => source.name)),
  ]);
  return (
    <div className="flex flex-col gap-3">
      <LiveRefresh />
      <PageHeader title="Records" />
      <RecordFilterForm
        key={recordsHref(current, {})}
        current={current}
        sources={sources.ok ? sources.data : []}
      />
      <ParameterProblems problems={problems} />
      {list.ok ? (
        <List page={list.data} query={query} current={current} />
      ) : (
        <ErrorState
          error={list.error}
          action={<LinkButton href={recordsHref(current, {})}>Open the first page</LinkButton>}
        />
      )}
    </div>
  );
}

function List({
  page,
  query,
  current,
}: {
  readonly page: Awaited<ReturnType<typeof listRecords>>;
  readonly query: RecordQuery;
  readonly current: RecordParameters;
}) {
  const toCursor = (cursor: string | null) =>
    cursor === null ? null : recordsHref(current, { cursor });
  if (page.rows.length === 0) {
    const onwards = toCursor(page.next);
    if (page.searched !== null && onwards !== null) {
      return (
        <EmptyState
          title={`No match among the next ${countOf(page.searched, 'record')} of the list`}
          action={<LinkButton href={onwards}>Continue the search</LinkButton>}
        >
          This list is searched in parts. A source, a run or a day narrows it.
        </EmptyState>
      );
    }
    const isFiltered = Object.keys(current).length > 0;
    return isFiltered ? (
      <EmptyState
        title="No record matches"
        action={<LinkButton href="/records">Show all records</LinkButton>}
      >
        Remove a filter, or widen it.
      </EmptyState>
    ) : (
      <EmptyState
        title="Nothing has been fetched yet"
        action={<LinkButton href="/runs">Go to the runs</LinkButton>}
      >
        Every fetch that brought something new is kept here as a record.
      </EmptyState>
    );
  }
  const other = query.direction === 'desc' ? 'asc' : 'desc';
  return (
    <div>
      <TableRegion label="Records">
        <Thead>
          <tr>
            <SortHeader direction={query.direction} href={recordsHref(current, { dir: other })}>
              Fetched
            </SortHeader>
            <Th>Resource</Th>
            <Th>Source</Th>
            <Th>Type</Th>
            <Th align="right">HTTP</Th>
            <Th align="right">Took</Th>
            <Th align="right">Size</Th>
            <Th>Hash</Th>
            <Th>Run</Th>
          </tr>
        </Thead>
        <tbody>
          {page.rows.map((record) => (
            <Row key={record.ingestId} record={record} />
          ))}
        </tbody>
      </TableRegion>
      <Pagination
        label="Pages of records"
        summary={pageSummary(page, 'record')}
        previousHref={toCursor(page.previous)}
        nextHref={toCursor(page.next)}
      />
    </div>
  );
}

function Row({ record }: { readonly record: RecordSummary }) {
  return (
    <Tr>
      <Td className="whitespace-nowrap">
        <Time at={record.fetchedAt} />
      </Td>
      <Td className="min-w-48 max-w-96">
        <Link
          href={`/records/${record.ingestId}`}
          title={record.requestUri}
          className="block truncate font-medium text-ink hover:text-accent hover:underline"
        >
          {record.resourceId}
        </Link>
      </Td>
      <Td className="max-w-40 truncate">{record.sourceName}</Td>
      <Td className="whitespace-nowrap">{record.resourceType}</Td>
      <Td align="right">{record.statusCode}</Td>
      <Td align="right" className="whitespace-nowrap">
        {record.durationMs === null ? <None /> : formatDuration(record.durationMs)}
      </Td>
      <Td align="right" className="whitespace-nowrap">
        {formatBytes(record.bytes)}
      </Td>
      <Td>
        {record.hash === null ? (
          <None />
        ) : (
          <span className="mono text-ink-2" title={record.hash}>
            {record.hash.slice(0, 10)}
          </span>
        )}
      </Td>
      <Td>
        {record.runId === null ? (
          <None />
        ) : (
          <Link href={`/runs/${record.runId}`} title={record.runId} className="mono link">
            {shortId(record.runId)}
          </Link>
        )}
      </Td>
    </Tr>
  );
}

/** The address as links keep it. */
function recordParametersOf(raw: RawParameters): RecordParameters {
  const given: Partial<Record<RecordParameter, string>> = {};
  // The keys of the schema are the parameters.
  for (const name of Object.keys(recordParameters) as RecordParameter[]) {
    const value = raw[name];
    const text = typeof value === 'string' ? value : value?.join(',');
    if (text) given[name] = text;
  }
  return given;
}
