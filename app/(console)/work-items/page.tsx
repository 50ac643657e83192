/** Work items: the grid. The address is the state; lib/items/list/query.ts reads its parameters. */
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { loadPage } from '#app/_server/action.ts';
import { requireActor } from '#app/_server/actor.ts';
import { localClock } from '#app/_server/local-clock.ts';
import { readFind } from '#app/_server/read-find.ts';
import { itemFilters, itemList } from '#app/_shared/item-filters.ts';
import type { ListParameters } from '#app/_shared/item-list.ts';
import { ParameterProblems } from '#app/ui/banner.tsx';
import { LinkButton } from '#app/ui/button.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { countOf, formatCount } from '#app/ui/num.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { Pagination, pageSummary } from '#app/ui/pagination.tsx';
import { EmptyState, ErrorState } from '#app/ui/states.tsx';
import { may } from '#lib/actor/model.ts';
import { type ChangeOffer, changeOffers } from '#lib/items/changes/offers.ts';
import { currentName } from '#lib/items/list/filters/registry.ts';
import { countWorkItems, listWorkItems } from '#lib/items/list/list.ts';
import { parseWorkItemQuery, type WorkItemQuery, withCurrentNames } from '#lib/items/list/query.ts';
import { countInWords } from '#lib/items/words.ts';
import type { CountResult } from '#lib/paging/capped-count.ts';
import type { GridArrangement } from '#lib/preferences/model.ts';
import { readPreferences } from '#lib/preferences/preferences.ts';
import type { SavedView } from '#lib/views/model.ts';
import { listViews } from '#lib/views/views.ts';
import { FilterBar } from './filter-bar.tsx';
import { ListProvider } from './use-list-state.tsx';
import { ViewMenu } from './view-menu.tsx';
import { WorkItemGrid } from './work-item-grid.tsx';

export const metadata: Metadata = { title: 'Work items' };

type Search = Record<string, string | string[] | undefined>;

export default async function WorkItemsPage({
  searchParams,
}: {
  readonly searchParams: Promise<Search>;
}) {
  const actor = await requireActor();
  const search = await searchParams;
  const { query, problems } = parseWorkItemQuery(search, await localClock());
  const current = itemList.parametersOf(withCurrentNames(search));
  const unread = await readFind('work-items', itemFilters, current, (changes) =>
    itemList.href(current, changes),
  );
  if (Object.keys(search).some((name) => currentName(name) !== name)) {
    redirect(itemList.href(current, { cursor: current.cursor ?? null }));
  }
  const own = await loadOwn();
  const { views, grid, defaultView } = own.ok ? own.data : nothingOwn;
  const opened = openedWith(current, views, defaultView);
  if (opened !== null) redirect(opened);
  const [list, counted] = await Promise.all([loadList(query), loadCount(query)]);
  const count = counted.ok ? counted.data : null;
  return (
    <NuqsAdapter>
      <ListProvider filters={itemFilters}>
        <div className="flex flex-col gap-3">
          <LiveRefresh />
          <PageHeader
            title="Work items"
            {...(count ? { meta: <CountOf count={count} /> } : {})}
            actions={
              <>
                {may(actor, 'work-items:change') ? (
                  <LinkButton href="/work-items/new" size="sm" variant="quiet">
                    Add an address
                  </LinkButton>
                ) : null}
                <LinkButton href="/bulk-actions" size="sm" variant="quiet">
                  Background actions
                </LinkButton>
                <ViewMenu
                  views={views}
                  defaultView={defaultView}
                  canShare={may(actor, 'views:share')}
                />
              </>
            }
          />
          <FilterBar ignored={problems.map(({ parameter }) => parameter)} />
          <ParameterProblems problems={[...unread, ...problems]} />
          {list.ok ? (
            <List
              page={list.data}
              query={query}
              current={current}
              offers={changeOffers.filter(({ permission }) => may(actor, permission))}
              matching={count && count.kind !== 'unknown' ? countInWords(count) : null}
              grid={grid}
            />
          ) : (
            <ErrorState
              error={list.error}
              action={
                <LinkButton href={itemList.href(current, {})}>Open the first page</LinkButton>
              }
            />
          )}
        </div>
      </ListProvider>
    </NuqsAdapter>
  );
}

/** What belongs to the person: views and the arrangement of the columns. The list is shown without it too. */
const loadOwn = () =>
  loadPage(async ({ runtime: { db }, actor }) => {
    const [views, preferences] = await Promise.all([
      listViews(db, actor, 'work-items'),
      readPreferences(db, actor, 'work-items'),
    ]);
    return { views, ...preferences };
  });

const nothingOwn = { views: [], grid: null, defaultView: null };

/**
 * Where an address leads that names a view and nothing else, or nothing at all while the person has a
 * default view: to that view's filter, spelled out, so that what is seen can be shared and changed.
 */
function openedWith(
  current: ListParameters,
  views: readonly SavedView[],
  defaultView: string | null,
): string | null {
  const { view: named, ...others } = current;
  if (Object.keys(others).length > 0) return null;
  const view = views.find(({ viewId }) => viewId === (named ?? defaultView));
  if (!view || (view.query === '' && named !== undefined)) return null;
  return `/work-items?${view.query}${view.query === '' ? '' : '&'}view=${view.viewId}`;
}

const loadList = (query: WorkItemQuery) =>
  loadPage(({ reads, sight }) => listWorkItems(reads, query, { sight }));

const loadCount = (query: WorkItemQuery) =>
  loadPage(({ reads, sight }) => countWorkItems(reads, query.filter, sight));

function List({
  page,
  query,
  current,
  offers,
  matching,
  grid,
}: {
  readonly page: Awaited<ReturnType<typeof listWorkItems>>;
  readonly query: WorkItemQuery;
  readonly current: ListParameters;
  readonly offers: readonly ChangeOffer[];
  readonly matching: string | null;
  readonly grid: GridArrangement | null;
}) {
  const toCursor = (cursor: string | null) =>
    cursor === null ? null : itemList.href(current, { cursor });
  if (page.rows.length === 0) {
    const onwards = toCursor(page.next);
    if (page.sortedAmong !== null && !query.cursor) {
      return (
        <EmptyState
          title={`No match among the newest ${countOf(page.sortedAmong, 'item')}`}
          action={
            <LinkButton href={itemList.href(current, { sort: 'created_at' })}>
              Search by creation
            </LinkButton>
          }
        >
          A long list has only its newest items in this order. A source, a run or a status narrows
          it.
        </EmptyState>
      );
    }
    return page.searched !== null && onwards !== null ? (
      <EmptyState
        title={`No match among the next ${countOf(page.searched, 'item')} of the list`}
        action={<LinkButton href={onwards}>Search on</LinkButton>}
      >
        The list is searched piece by piece here. A source, a run or a status narrows it.
      </EmptyState>
    ) : (
      <Nothing current={current} />
    );
  }
  return (
    <div>
      <WorkItemGrid
        rows={page.rows}
        position={query.cursor ?? ''}
        sort={query.sort}
        direction={query.direction}
        offers={offers}
        matching={matching}
        grid={grid}
      />
      <Pagination
        label="Pages of work items"
        summary={pageSummary(page, 'item')}
        previousHref={toCursor(page.previous)}
        nextHref={toCursor(page.next)}
      />
    </div>
  );
}

function Nothing({ current }: { readonly current: ListParameters }) {
  const isFiltered = itemList.names.some((name) => current[name]);
  if (current.cursor) {
    return (
      <EmptyState
        title="Nothing is left on this page"
        action={<LinkButton href={itemList.href(current, {})}>Open the first page</LinkButton>}
      >
        The items that stood here have moved in this order.
      </EmptyState>
    );
  }
  return isFiltered ? (
    <EmptyState
      title="No item matches these filters"
      action={<LinkButton href={itemList.href({}, {})}>Show all items</LinkButton>}
    >
      Remove a filter, or widen it.
    </EmptyState>
  ) : (
    <EmptyState
      title="No work items yet"
      action={
        <LinkButton href="/sources" variant="primary">
          Go to the sources
        </LinkButton>
      }
    >
      Items appear when a run seeds a source. Run the Sample source to see some within a minute.
    </EmptyState>
  );
}

function CountOf({ count }: { readonly count: CountResult }) {
  switch (count.kind) {
    case 'exact':
      return <span className="num">{countOf(count.count, 'item')}</span>;
    case 'more':
      return <span className="num">more than {formatCount(count.than)} items</span>;
    case 'at_least':
      return <span className="num">at least {countOf(count.count, 'item')}</span>;
    case 'unknown':
      return <span>too many to count in two seconds</span>;
  }
}
