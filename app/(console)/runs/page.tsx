/** Runs: every campaign, the latest first, with how far it came; and the launch of a new one. */
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { requireActor } from '#app/_server/actor.ts';
import { filteredList } from '#app/_server/filtered-list.ts';
import { ListFilter } from '#app/_shared/filters/list-filter.tsx';
import { LaunchButton } from '#app/_shared/launch/launch-button.tsx';
import { outcomeCounts, RunStatusBadge } from '#app/_shared/run-words.tsx';
import { ParameterProblems } from '#app/ui/banner.tsx';
import { LinkButton } from '#app/ui/button.tsx';
import { Foreign } from '#app/ui/foreign-text.tsx';
import { None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { countOf, Num } from '#app/ui/num.tsx';
import { OutcomeBar } from '#app/ui/outcome-bar.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { Pagination, pageSummary } from '#app/ui/pagination.tsx';
import { EmptyState, ErrorState, NoMatch, SearchOn } from '#app/ui/states.tsx';
import { TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { TabLinks } from '#app/ui/tabs.tsx';
import { Time } from '#app/ui/time.tsx';
import { isSeen, may, sightOf } from '#lib/actor/model.ts';
import { narrowedPage } from '#lib/paging/narrowed-page.ts';
import { cursorParameter, readParameters } from '#lib/paging/parameters.ts';
import { listRuns } from '#lib/runs/list-runs.ts';
import type { Run } from '#lib/runs/model.ts';
import { runFilters } from '#lib/runs/run-filters.ts';
import { kindInWords } from '#lib/runs/run-name.ts';
import { sourcesOfRun } from '#lib/runs/run-row.ts';
import { listSources } from '#lib/sources/read-sources.ts';

export const metadata: Metadata = { title: 'Runs' };

const pageSize = 100;
const statuses = ['running', 'completed', 'failed', 'cancelled'] as const;
const position = { cursor: cursorParameter };

export default async function RunsPage({
  searchParams,
}: {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const actor = await requireActor();
  const search = await searchParams;
  const list = await filteredList('runs', '/runs', runFilters, search);
  const { values: filter, problems } = runFilters.read(search, list.clock);
  const { values, problems: others } = readParameters(position, search);
  const { cursor } = values;
  const [runs, sources] = await Promise.all([
    loadPage(({ reads, sight }) =>
      narrowedPage(
        sight,
        { cursor, limit: pageSize },
        (asked) => listRuns(reads, { filter, ...asked }),
        (run) => isSeen(sight, sourcesOfRun(run)),
      ),
    ),
    loadPage(({ runtime, sight }) => listSources(runtime.db, sight)),
  ]);
  const { status } = list.current;
  const own = sources.ok ? sources.data : [];
  const launchButton = (askedAs = '') =>
    may(actor, 'runs:change') && sources.ok ? (
      <LaunchButton
        sources={own.map(({ name, type, enabled }) => ({ name, type, enabled }))}
        // To a person of some sources, all of them are these.
        preset={sightOf(actor) === null ? [] : own.map(({ name }) => name)}
        askedAs={askedAs}
      />
    ) : null;
  return (
    <div className="flex flex-col gap-3">
      <LiveRefresh />
      <PageHeader title="Runs" actions={launchButton('launch')} />
      <TabLinks
        label="Runs by status"
        tabs={[
          { href: list.href({ status: null }), label: 'All', isCurrent: status === undefined },
          ...statuses.map((known) => ({
            href: list.href({ status: known }),
            label: known.charAt(0).toUpperCase() + known.slice(1),
            isCurrent: status === known,
          })),
        ]}
      />
      <ListFilter of={list} hidden={['status']} placeholder="Filter by name, source, who, time …" />
      <ParameterProblems problems={[...list.unread, ...problems, ...others]} />
      {runs.ok ? (
        runs.data.rows.length > 0 ? (
          <div>
            <RunTable runs={runs.data.rows} />
            <Pagination
              label="Pages of runs"
              summary={pageSummary(runs.data, 'run')}
              previousHref={runs.data.previous && list.href({ cursor: runs.data.previous })}
              nextHref={runs.data.next && list.href({ cursor: runs.data.next })}
            />
          </div>
        ) : runs.data.searched !== null && runs.data.next !== null ? (
          <SearchOn
            searched={countOf(runs.data.searched, 'run')}
            href={list.href({ cursor: runs.data.next })}
            narrower="A status or a time narrows it."
          />
        ) : list.isFiltered ? (
          <NoMatch what="run" href="/runs" />
        ) : (
          <EmptyState title="No run yet" action={launchButton()}>
            A run seeds sources, fetches known items again, or retries what failed.
          </EmptyState>
        )
      ) : (
        <ErrorState
          error={runs.error}
          action={<LinkButton href={list.href({})}>Open the first page</LinkButton>}
        />
      )}
    </div>
  );
}

function RunTable({ runs }: { readonly runs: readonly Run[] }) {
  return (
    <TableRegion label="Runs">
      <Thead>
        <tr>
          <Th>Status</Th>
          <Th>Run</Th>
          <Th>Kind</Th>
          <Th>Sources</Th>
          <Th>Outcome</Th>
          <Th align="right">Items</Th>
          <Th align="right">Completed</Th>
          <Th align="right">Failed</Th>
          <Th>Started</Th>
          <Th>Ended</Th>
          <Th>By</Th>
        </tr>
      </Thead>
      <tbody>
        {runs.map((run) => (
          <Tr key={run.runId}>
            <Td>
              <RunStatusBadge run={run} />
            </Td>
            <Td className="min-w-40 max-w-72">
              <Link
                href={`/runs/${run.runId}`}
                className="block truncate font-medium text-ink hover:text-accent hover:underline"
              >
                <Foreign text={run.name} />
              </Link>
            </Td>
            <Td>{kindInWords(run.kind)}</Td>
            <Td className="max-w-48 truncate">
              {Object.keys(run.sourceRevisions).join(', ') || <None />}
            </Td>
            <Td>
              <OutcomeBar counts={outcomeCounts(run)} className="w-32" />
            </Td>
            <Td align="right">
              <Num value={run.itemsTotal} />
            </Td>
            <Td align="right">
              <Num value={run.itemsSucceeded} />
            </Td>
            <Td align="right">
              <Num
                value={run.itemsFailed}
                {...(run.itemsFailed > 0 ? { className: 'text-failed' } : {})}
              />
            </Td>
            <Td>
              <Time at={run.startedAt} />
            </Td>
            <Td>
              <Time at={run.completedAt} absent="not yet" />
            </Td>
            <Td className="max-w-40 truncate">{run.launchedBy ?? <None />}</Td>
          </Tr>
        ))}
      </tbody>
    </TableRegion>
  );
}
