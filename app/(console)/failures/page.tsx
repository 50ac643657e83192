/** What failed lately and why, grouped; each group can be looked into and tried again as a whole. */
import { CircleCheck } from 'lucide-react';
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { filteredList } from '#app/_server/filtered-list.ts';
import { ListFilter } from '#app/_shared/filters/list-filter.tsx';
import { listAddress } from '#app/_shared/list-address.ts';
import { WindowLinks, windowWords } from '#app/_shared/window-links.tsx';
import { ParameterProblems } from '#app/ui/banner.tsx';
import { LinkButton } from '#app/ui/button.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { countOf } from '#app/ui/num.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { EmptyState, ErrorState, NoMatch } from '#app/ui/states.tsx';
import { TableRegion, Th, Thead } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import { may } from '#lib/actor/model.ts';
import { muteOfFailures, readMutes } from '#lib/alerts/mutes.ts';
import { matching } from '#lib/filters/row-filters.ts';
import { readErrorClusters } from '#lib/metrics/error-clusters.ts';
import { failureFilters } from '#lib/metrics/failure-filters.ts';
import { throughputWindows } from '#lib/metrics/model.ts';
import { readNow } from '#lib/now.ts';
import { choiceParameter, readParameters } from '#lib/paging/parameters.ts';
import { ClusterRow } from './cluster-row.tsx';

export const metadata: Metadata = { title: 'Failures' };

const parameters = { window: choiceParameter(throughputWindows) };

export default async function FailuresPage({
  searchParams,
}: {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const raw = await searchParams;
  const list = await filteredList('failures', '/failures', failureFilters, raw, ['window']);
  const { values, problems: others } = readParameters(parameters, raw);
  const { values: filter, problems } = failureFilters.read(raw, list.clock);
  const { window = '24h' } = values;
  const loaded = await loadPage(async ({ actor, reads, sight }) => ({
    data: await readErrorClusters(reads, window, await readNow(reads), { sight }),
    mayRetry: may(actor, 'work-items:change'),
    mutes: await readMutes(reads, sight),
    // A group is of whatever sources fail so.
    mayMute: may(actor, 'alerts:change') && sight === null,
    seesAll: sight === null,
  }));
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Failures" back={{ href: '/', label: 'Overview' }} />
        <ErrorState
          error={loaded.error}
          action={<LinkButton href="/failures?window=1h">Look at the last hour</LinkButton>}
        />
      </>
    );
  }
  const { data, mayRetry, mutes, mayMute, seesAll } = loaded.data;
  const clusters = matching(data.clusters, failureFilters.given(filter));
  const attempts = clusters.reduce((sum, cluster) => sum + cluster.attempts, 0);
  return (
    <>
      <LiveRefresh />
      <PageHeader
        title="Failures"
        back={{ href: '/', label: 'Overview' }}
        meta={
          <span>
            {data.more ? 'more than ' : ''}
            {countOf(attempts, 'failed attempt')} in the last {windowWords[window]}, as of{' '}
            <Time at={data.asOf} />
          </span>
        }
        actions={
          <WindowLinks path="/failures" current={window} atFirst="24h" kept={list.current} />
        }
      />
      {data.clusters.length === 0 ? null : (
        <ListFilter of={list} placeholder="Filter by error, HTTP status, host, source …" />
      )}
      <ParameterProblems problems={[...list.unread, ...problems, ...others]} />
      {data.clusters.length > 0 && clusters.length === 0 ? (
        <NoMatch
          what="group"
          href={listAddress('/failures', { window: list.current['window'] }, {})}
        />
      ) : data.clusters.length === 0 ? (
        <EmptyState
          icon={<CircleCheck aria-hidden className="text-done" />}
          title={`No attempt failed in the last ${windowWords[window]}`}
          action={<LinkButton href="/work-items?status=failed">All failed items</LinkButton>}
        >
          Items that were given up earlier stay failed until somebody retries or skips them.
        </EmptyState>
      ) : (
        <>
          <TableRegion label="Failures by what went wrong">
            <Thead>
              <tr>
                <Th>What went wrong</Th>
                <Th className="max-sm:hidden">Where</Th>
                <Th align="right">Attempts, last {windowWords[window]}</Th>
                <Th className="max-md:hidden">For example</Th>
                <Th align="right">Failed now</Th>
              </tr>
            </Thead>
            <tbody>
              {clusters.map((cluster) => (
                <ClusterRow
                  key={`${cluster.code} ${cluster.httpStatus} ${cluster.host}`}
                  cluster={cluster}
                  window={window}
                  // Of one source, or of all: what is retried is a filter.
                  mayRetry={mayRetry && (seesAll || cluster.sourceName !== null)}
                  seesAll={seesAll}
                  mute={muteOfFailures(mutes, cluster)}
                  mayMute={mayMute}
                />
              ))}
            </tbody>
          </TableRegion>
          {data.more ? (
            <p className="text-xs text-ink-3">
              The {data.clusters.length} groups with the most attempts are shown.
            </p>
          ) : null}
        </>
      )}
    </>
  );
}
