/** Background actions: who had what done to which items, the latest first, and how far it came. */
import { ListChecks } from 'lucide-react';
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { requireActor } from '#app/_server/actor.ts';
import { filteredList } from '#app/_server/filtered-list.ts';
import { ListFilter } from '#app/_shared/filters/list-filter.tsx';
import { ParameterProblems } from '#app/ui/banner.tsx';
import { LinkButton } from '#app/ui/button.tsx';
import { None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { countOf, Num } from '#app/ui/num.tsx';
import { OutcomeBar } from '#app/ui/outcome-bar.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { Pagination, pageSummary } from '#app/ui/pagination.tsx';
import { EmptyState, ErrorState, NoMatch, SearchOn } from '#app/ui/states.tsx';
import { TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import { bulkFilters } from '#lib/items/bulk/bulk-filters.ts';
import { type BulkAction, bulkVerb } from '#lib/items/bulk/model.ts';
import { listBulkActions } from '#lib/items/bulk/read.ts';
import { isBulkActionSeen } from '#lib/items/touched.ts';
import { narrowedPage } from '#lib/paging/narrowed-page.ts';
import { cursorParameter, readParameters } from '#lib/paging/parameters.ts';
import { BulkStatus, bulkCounts, bulkPartWords, ScopeWords } from './bulk-words.tsx';

export const metadata: Metadata = { title: 'Background actions' };

const path = '/bulk-actions';
const pageSize = 100;

export default async function BulkActionsPage({
  searchParams,
}: {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  await requireActor();
  const raw = await searchParams;
  const actions = await filteredList('bulk-actions', path, bulkFilters, raw);
  const { values: filter, problems } = bulkFilters.read(raw, actions.clock);
  const { values, problems: others } = readParameters({ cursor: cursorParameter }, raw);
  const { cursor } = values;
  const list = await loadPage(({ reads, sight }) =>
    narrowedPage(
      sight,
      { cursor, limit: pageSize },
      ({ limit = pageSize, ...asked }) => listBulkActions(reads, { filter, ...asked, limit }),
      (action) => isBulkActionSeen(reads, sight, action),
    ),
  );
  const pageHref = (at: string | null) => (at === null ? null : actions.href({ cursor: at }));
  return (
    <div className="flex flex-col gap-3">
      <LiveRefresh />
      <PageHeader
        title="Background actions"
        meta="what was done to many items at once, newest first"
        back={{ href: '/work-items', label: 'Work items' }}
      />
      <ListFilter of={actions} placeholder="Filter by action, who, status, time …" />
      <ParameterProblems problems={[...actions.unread, ...problems, ...others]} />
      {!list.ok ? (
        <ErrorState
          error={list.error}
          action={<LinkButton href={actions.href({})}>Open the first page</LinkButton>}
        />
      ) : list.data.rows.length === 0 && list.data.searched !== null && list.data.next !== null ? (
        <SearchOn
          searched={countOf(list.data.searched, 'action')}
          href={actions.href({ cursor: list.data.next })}
          narrower="The latest ones stand first."
        />
      ) : list.data.rows.length === 0 && actions.isFiltered ? (
        <NoMatch what="background action" href={path} />
      ) : list.data.rows.length === 0 ? (
        <EmptyState
          icon={<ListChecks aria-hidden />}
          title="Nothing was done to many items yet"
          action={<LinkButton href="/work-items">Go to the work items</LinkButton>}
        >
          Filter the list, select all matching items, and choose what is to be done with them: the
          workers do it in the background, and you can watch, slow, stop and undo it here.
        </EmptyState>
      ) : (
        <div>
          <BulkTable actions={list.data.rows} />
          <Pagination
            label="Pages of background actions"
            summary={pageSummary(list.data, 'action')}
            previousHref={pageHref(list.data.previous)}
            nextHref={pageHref(list.data.next)}
          />
        </div>
      )}
    </div>
  );
}

function BulkTable({ actions }: { readonly actions: readonly BulkAction[] }) {
  return (
    <TableRegion label="Background actions">
      <Thead>
        <tr>
          <Th>Status</Th>
          <Th>Action</Th>
          <Th>Items</Th>
          <Th>Outcome</Th>
          <Th align="right">Changed</Th>
          <Th align="right">Left</Th>
          <Th>Launched</Th>
          <Th>Ended</Th>
          <Th>By</Th>
        </tr>
      </Thead>
      <tbody>
        {actions.map((action) => (
          <Tr key={action.bulkActionId}>
            <Td>
              <BulkStatus action={action} />
            </Td>
            <Td className="min-w-40 max-w-72">
              <Link
                href={`${path}/${action.bulkActionId}`}
                className="block truncate font-medium text-ink hover:text-accent hover:underline"
              >
                {bulkVerb(action.change)}
                {action.isDryRun ? ' (dry run)' : ''}
              </Link>
            </Td>
            <Td className="min-w-48 max-w-80 truncate">
              <ScopeWords scope={action.scope} />
            </Td>
            <Td>
              <OutcomeBar
                counts={bulkCounts(action)}
                words={bulkPartWords(action.isDryRun)}
                className="w-32"
              />
            </Td>
            <Td align="right">
              <Num value={action.changed} />
            </Td>
            <Td align="right">
              <Num value={action.refused} />
            </Td>
            <Td>
              <Time at={action.createdAt} />
            </Td>
            <Td>
              <Time at={action.finishedAt} absent="not yet" />
            </Td>
            <Td className="max-w-40 truncate">{action.requestedBy ?? <None />}</Td>
          </Tr>
        ))}
      </tbody>
    </TableRegion>
  );
}
