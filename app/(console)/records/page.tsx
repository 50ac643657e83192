/** Records: what was fetched, newest first, by resource, run and time. */
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { requireActor } from '#app/_server/actor.ts';
import { type FilteredList, filteredList } from '#app/_server/filtered-list.ts';
import { ListFilter } from '#app/_shared/filters/list-filter.tsx';
import { HeldMark } from '#app/_shared/quarantine/held-mark.tsx';
import { ParameterProblems } from '#app/ui/banner.tsx';
import { LinkButton } from '#app/ui/button.tsx';
import { Foreign } from '#app/ui/foreign-text.tsx';
import { None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { MiddleCut } from '#app/ui/middle-cut.tsx';
import { countOf, formatBytes, formatDuration, shortId } from '#app/ui/num.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { Pagination, pageSummary } from '#app/ui/pagination.tsx';
import { EmptyState, ErrorState, SearchOn } from '#app/ui/states.tsx';
import { SortHeader, TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import { whereTextsDiffer } from '#app/ui/where-texts-differ.ts';
import { type Held, heldRecords } from '#lib/quarantine/read.ts';
import {
  listRecords,
  parseRecordQuery,
  type RecordQuery,
  type RecordSummary,
} from '#lib/records/list.ts';
import { recordFilters } from '#lib/records/record-filters.ts';

export const metadata: Metadata = { title: 'Records' };

export default async function RecordsPage({
  searchParams,
}: {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  await requireActor();
  const search = await searchParams;
  const list = await filteredList('records', '/records', recordFilters, search, ['dir']);
  const { query, problems } = parseRecordQuery(search, list.clock);
  const page = await loadPage(async ({ reads, sight }) => {
    const records = await listRecords(reads, query, { sight });
    return {
      ...records,
      held: await heldRecords(
        reads,
        records.rows.map(({ ingestId }) => ingestId),
      ),
    };
  });
  return (
    <div className="flex flex-col gap-3">
      <LiveRefresh />
      <PageHeader title="Records" />
      <ListFilter of={list} placeholder="Filter by source, id, HTTP status, run, time …" />
      <ParameterProblems problems={[...list.unread, ...problems]} />
      {page.ok ? (
        <List page={page.data} query={query} list={list} />
      ) : (
        <ErrorState
          error={page.error}
          action={<LinkButton href={list.href({})}>Open the first page</LinkButton>}
        />
      )}
    </div>
  );
}

function List({
  page,
  query,
  list,
}: {
  readonly page: Awaited<ReturnType<typeof listRecords>> & {
    readonly held: ReadonlyMap<string, Held>;
  };
  readonly query: RecordQuery;
  readonly list: FilteredList;
}) {
  const toCursor = (cursor: string | null) => (cursor === null ? null : list.href({ cursor }));
  if (page.rows.length === 0) {
    const onwards = toCursor(page.next);
    if (page.searched !== null && onwards !== null) {
      return (
        <SearchOn
          searched={countOf(page.searched, 'record')}
          href={onwards}
          narrower="A source, a run or a day narrows it."
        />
      );
    }
    return list.isFiltered || query.cursor !== undefined ? (
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
  const differ = whereTextsDiffer(page.rows.map(({ resourceId }) => resourceId));
  return (
    <div>
      <TableRegion label="Records">
        <Thead>
          <tr>
            <SortHeader direction={query.direction} href={list.href({ dir: other })}>
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
            <Row
              key={record.ingestId}
              record={record}
              differsAt={differ.get(record.resourceId)}
              held={page.held.get(record.ingestId)}
            />
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

function Row({
  record,
  differsAt,
  held,
}: {
  readonly record: RecordSummary;
  readonly differsAt: number | undefined;
  readonly held: Held | undefined;
}) {
  return (
    <Tr>
      <Td className="whitespace-nowrap">
        <Time at={record.fetchedAt} />
      </Td>
      <Td className="min-w-48 max-w-96">
        <Link
          href={`/records/${record.ingestId}`}
          title={record.requestUri}
          className="block font-medium text-ink hover:text-accent hover:underline"
        >
          <MiddleCut text={record.resourceId} differsAt={differsAt} />
        </Link>
        {held === undefined ? null : <HeldMark held={held} />}
      </Td>
      <Td className="max-w-40 truncate">
        <Foreign text={record.sourceName} />
      </Td>
      <Td className="whitespace-nowrap">{record.resourceType}</Td>
      <Td align="right">{record.statusCode}</Td>
      <Td align="right">
        {record.durationMs === null ? <None /> : formatDuration(record.durationMs)}
      </Td>
      <Td align="right">{formatBytes(record.bytes)}</Td>
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
