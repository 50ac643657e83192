import { Globe } from 'lucide-react';
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { filteredList } from '#app/_server/filtered-list.ts';
import { ListFilter } from '#app/_shared/filters/list-filter.tsx';
import { ParameterProblems } from '#app/ui/banner.tsx';
import { LinkButton } from '#app/ui/button.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { countOf, shortCount } from '#app/ui/num.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { Pagination, pageSummary } from '#app/ui/pagination.tsx';
import { EmptyState, ErrorState, SearchOn } from '#app/ui/states.tsx';
import { TabLinks } from '#app/ui/tabs.tsx';
import { may } from '#lib/actor/model.ts';
import { hostFilters, hostViews } from '#lib/hosts/host-filters.ts';
import {
  countHosts,
  type HostQuery,
  listHosts,
  parseHostQuery,
  readHostTotals,
} from '#lib/hosts/list-hosts.ts';
import type { RawParameters } from '#lib/paging/parameters.ts';
import { HostTable } from './host-table.tsx';

export const metadata: Metadata = { title: 'Hosts' };

export default async function HostsPage({
  searchParams,
}: {
  readonly searchParams: Promise<RawParameters>;
}) {
  const raw = await searchParams;
  const hosts = await filteredList('hosts', '/hosts', hostFilters, raw);
  const { query, problems } = parseHostQuery(raw, hosts.clock);
  const loaded = await loadPage(async ({ reads, actor, sight }) => {
    const [list, blocked, paced] = await Promise.all([
      listHosts(reads, query, { sight }),
      countHosts(reads, 'blocked', sight),
      countHosts(reads, 'paced', sight),
    ]);
    const names = list.rows.map(({ host }) => host);
    return {
      list,
      blocked,
      paced,
      totals: await readHostTotals(reads, names),
      mayChange: may(actor, 'hosts:change'),
    };
  });
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Hosts" />
        <ErrorState error={loaded.error} />
      </>
    );
  }
  const { list, totals, mayChange } = loaded.data;
  return (
    <div className="flex flex-col gap-3">
      <LiveRefresh />
      <PageHeader title="Hosts" meta="every server that was sent a request, the latest first" />
      <TabLinks
        label="Hosts by state"
        tabs={[
          { href: hosts.href({ view: null }), label: 'All', isCurrent: query.view === undefined },
          ...hostViews.map((view) => ({
            href: hosts.href({ view }),
            label: viewWords[view],
            count: shortCount(loaded.data[view]),
            isCurrent: query.view === view,
          })),
        ]}
      />
      <ListFilter of={hosts} hidden={['view']} placeholder="Filter by name, last answer, time …" />
      <ParameterProblems problems={[...hosts.unread, ...problems]} />
      {list.rows.length > 0 ? (
        <div>
          <HostTable hosts={list.rows} totals={totals} mayChange={mayChange} />
          <Pagination
            label="Pages of hosts"
            summary={pageSummary(list, 'host')}
            previousHref={list.previous && hosts.href({ cursor: list.previous })}
            nextHref={list.next && hosts.href({ cursor: list.next })}
          />
        </div>
      ) : list.searched !== null && list.next !== null ? (
        <SearchOn
          searched={countOf(list.searched, 'host')}
          href={hosts.href({ cursor: list.next })}
          narrower="A complete name is found at once."
        />
      ) : hosts.isFiltered ? (
        <EmptyState
          icon={<Globe aria-hidden />}
          title={nothingWords(query)}
          action={<LinkButton href="/hosts">Show all hosts</LinkButton>}
        >
          A host appears here with the first request to it.
        </EmptyState>
      ) : (
        <EmptyState
          icon={<Globe aria-hidden />}
          title="No request has been sent to any host yet"
          action={<LinkButton href="/sources">View the sources</LinkButton>}
        >
          Every server a source fetches from appears here with its responses and, where it asked us
          to wait, until when. The type “test” never uses the network.
        </EmptyState>
      )}
    </div>
  );
}

const viewWords = { blocked: 'Blocked', paced: 'Paced' } as const;

function nothingWords({ view, name, ...others }: HostQuery): string {
  if (Object.values(others).some((value) => value !== undefined)) return 'No host matches';
  const which = view === 'blocked' ? 'is blocked' : view === 'paced' ? 'is paced' : '';
  if (name === undefined) return `No host ${which}`;
  return `No host with “${name}” in its name${which && ` ${which}`}`;
}
