import { Globe } from 'lucide-react';
import type { Metadata } from 'next';
import Form from 'next/form';
import { loadPage } from '#app/_server/action.ts';
import { ParameterProblems } from '#app/ui/banner.tsx';
import { Button, LinkButton } from '#app/ui/button.tsx';
import { TextField } from '#app/ui/field.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { countOf, shortCount } from '#app/ui/num.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { Pagination, pageSummary } from '#app/ui/pagination.tsx';
import { EmptyState, ErrorState } from '#app/ui/states.tsx';
import { TabLinks } from '#app/ui/tabs.tsx';
import { can } from '#lib/actor/model.ts';
import {
  countHosts,
  type HostQuery,
  hostViews,
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
  const { query, problems } = parseHostQuery(await searchParams);
  const loaded = await loadPage(async ({ reads, actor }) => {
    const [list, blocked, paced] = await Promise.all([
      listHosts(reads, query),
      countHosts(reads, 'blocked'),
      countHosts(reads, 'paced'),
    ]);
    const names = list.rows.map(({ host }) => host);
    return {
      list,
      blocked,
      paced,
      totals: await readHostTotals(reads, names),
      mayChange: can(actor.role, 'hosts:change'),
    };
  });
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Hosts" />
        <ErrorState
          error={loaded.error}
          action={<LinkButton href={hrefOf({ ...query, cursor: undefined })}>Try again</LinkButton>}
        />
      </>
    );
  }
  const { list, totals, mayChange } = loaded.data;
  const isFiltered = query.view !== undefined || query.name !== undefined;
  return (
    <div className="flex flex-col gap-3">
      <LiveRefresh />
      <PageHeader title="Hosts" meta="every server that was sent a request, the latest first" />
      <TabLinks
        label="Hosts by state"
        tabs={[
          { href: hrefOf({ name: query.name }), label: 'All', isCurrent: query.view === undefined },
          ...hostViews.map((view) => ({
            href: hrefOf({ view, name: query.name }),
            label: viewWords[view],
            count: shortCount(loaded.data[view]),
            isCurrent: query.view === view,
          })),
        ]}
      />
      <HostFilter query={query} />
      <ParameterProblems problems={problems} />
      {list.rows.length > 0 ? (
        <div>
          <HostTable hosts={list.rows} totals={totals} mayChange={mayChange} />
          <Pagination
            label="Pages of hosts"
            summary={pageSummary(list, 'host')}
            previousHref={list.previous && hrefOf({ ...query, cursor: list.previous })}
            nextHref={list.next && hrefOf({ ...query, cursor: list.next })}
          />
        </div>
      ) : list.searched !== null && list.next !== null ? (
        <EmptyState
          title={`No match among the next ${countOf(list.searched, 'host')}`}
          action={
            <LinkButton href={hrefOf({ ...query, cursor: list.next })}>
              Continue the search
            </LinkButton>
          }
        >
          This many hosts are searched in parts. A complete name is found at once.
        </EmptyState>
      ) : isFiltered ? (
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

function nothingWords({ view, name }: HostQuery): string {
  const which = view === 'blocked' ? 'is blocked' : view === 'paced' ? 'is paced' : '';
  if (name === undefined) return `No host ${which}`;
  return `No host with “${name}” in its name${which && ` ${which}`}`;
}

function hrefOf({ view, name, cursor }: HostQuery): string {
  const search = new URLSearchParams({
    ...(view && { view }),
    ...(name && { name }),
    ...(cursor && { cursor }),
  });
  return search.size > 0 ? `/hosts?${search}` : '/hosts';
}

function HostFilter({ query: { view, name } }: { readonly query: HostQuery }) {
  return (
    <Form key={name} action="/hosts" role="search" className="flex flex-wrap items-end gap-2">
      {view ? <input type="hidden" name="view" value={view} /> : null}
      <TextField
        label="Name"
        name="name"
        placeholder="part of the name"
        defaultValue={name ?? ''}
        className="w-64"
      />
      <Button type="submit">Find</Button>
      {name === undefined ? null : (
        <LinkButton href={hrefOf({ view })} variant="quiet">
          Clear
        </LinkButton>
      )}
    </Form>
  );
}
