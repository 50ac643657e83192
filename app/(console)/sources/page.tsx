/** Sources: where items come from, how they stand, and the ways in: form, template, YAML. */
import { Download, Plus, Upload } from 'lucide-react';
import type { Metadata } from 'next';
import { Suspense } from 'react';
import { type ActionResult, loadPage } from '#app/_server/action.ts';
import { requireActor } from '#app/_server/actor.ts';
import { filteredList } from '#app/_server/filtered-list.ts';
import { ListFilter } from '#app/_shared/filters/list-filter.tsx';
import { LaunchButton } from '#app/_shared/launch/launch-button.tsx';
import type { LaunchSource } from '#app/_shared/launch/launch-fields.tsx';
import { StaleShareLink, staleDays } from '#app/_shared/stale-share.tsx';
import { ParameterProblems } from '#app/ui/banner.tsx';
import { DownloadLink, LinkButton } from '#app/ui/button.tsx';
import { Foreign } from '#app/ui/foreign-text.tsx';
import { Link } from '#app/ui/link.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { Num, shownOf } from '#app/ui/num.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { EmptyState, ErrorState, NoMatch, Skeleton } from '#app/ui/states.tsx';
import { ActionsTh, TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import { isSeen, may, reaches } from '#lib/actor/model.ts';
import { matching } from '#lib/filters/row-filters.ts';
import { recentStaleShares, type StaleReport } from '#lib/metrics/stale-shares.ts';
import type { RawParameters } from '#lib/paging/parameters.ts';
import { listRuns } from '#lib/runs/list-runs.ts';
import type { Run } from '#lib/runs/model.ts';
import { sourcesOfRun } from '#lib/runs/run-row.ts';
import { listSources, type SourceSummary } from '#lib/sources/read-sources.ts';
import { sourceFilters } from '#lib/sources/source-filters.ts';
import { PauseButton } from './source-controls.tsx';
import { rateInWords, SourceStateBadge } from './source-words.tsx';

export const metadata: Metadata = { title: 'Sources' };

/** Of more sources the first ones have their stale share counted. */
const mostCounted = 100;

export default async function SourcesPage({
  searchParams,
}: {
  readonly searchParams: Promise<RawParameters>;
}) {
  const actor = await requireActor();
  const loaded = await loadPage(async ({ runtime: { db }, sight }) => {
    const [sources, runs] = await Promise.all([listSources(db, sight), listRuns(db)]);
    return { sources, runs: runs.rows.filter((run) => isSeen(sight, sourcesOfRun(run))) };
  });
  const raw = await searchParams;
  const list = await filteredList('sources', '/sources', sourceFilters, raw);
  const { values, problems } = sourceFilters.read(raw, list.clock);
  const canChange = may(actor, 'sources:change');
  const all = loaded.ok ? loaded.data.sources : [];
  const shown = matching(all, sourceFilters.given(values));
  const totals = shown
    .slice(0, mostCounted)
    .map(({ type, name, counts }) => ({ sourceSystem: type, sourceName: name, totals: counts }));
  const stale = loadPage(({ reads }) => recentStaleShares(reads, totals, staleDays));
  return (
    <div className="flex flex-col gap-3">
      <LiveRefresh />
      <PageHeader
        title="Sources"
        {...(loaded.ok ? { meta: shownOf(shown.length, all.length, 'source') } : {})}
        actions={
          <>
            <DownloadLink href="/sources/export" icon={<Download aria-hidden />}>
              Export YAML
            </DownloadLink>
            {canChange ? (
              <>
                <LinkButton href="/sources/import" icon={<Upload aria-hidden />}>
                  Import YAML
                </LinkButton>
                <LinkButton href="/sources/new" variant="primary" icon={<Plus aria-hidden />}>
                  New source
                </LinkButton>
              </>
            ) : null}
          </>
        }
      />
      {all.length === 0 ? null : (
        <ListFilter of={list} placeholder="Filter by name, type, state …" />
      )}
      <ParameterProblems problems={[...list.unread, ...problems]} />
      {loaded.ok ? (
        all.length > 0 && shown.length === 0 ? (
          <NoMatch what="source" href="/sources" />
        ) : all.length === 0 ? (
          <EmptyState
            title="No source yet"
            {...(canChange
              ? {
                  action: (
                    <LinkButton href="/sources/new" variant="primary">
                      New source
                    </LinkButton>
                  ),
                }
              : {})}
          >
            A source is a wiki, OpenAlex, or any HTTP API, with its rate and its seeds.
          </EmptyState>
        ) : (
          <SourceTable
            sources={shown}
            choices={all
              .filter(({ name }) => reaches(actor, [name]))
              .map(({ name, type, enabled }) => ({ name, type, enabled }))}
            runs={loaded.data.runs}
            stale={stale}
            canChange={canChange}
            canRun={may(actor, 'runs:change')}
          />
        )
      ) : (
        <ErrorState error={loaded.error} />
      )}
    </div>
  );
}

function SourceTable({
  sources,
  choices,
  runs,
  stale,
  canChange,
  canRun,
}: {
  readonly sources: readonly SourceSummary[];
  /** Those that the person may launch and change; the others are only shown. */
  readonly choices: readonly LaunchSource[];
  readonly runs: readonly Run[];
  readonly stale: Promise<ActionResult<StaleReport>>;
  readonly canChange: boolean;
  readonly canRun: boolean;
}) {
  const own = new Set(choices.map(({ name }) => name));
  return (
    <TableRegion label="Sources">
      <Thead>
        <tr>
          <Th>State</Th>
          <Th>Source</Th>
          <Th>Type</Th>
          <Th>Rate</Th>
          <Th align="right">Pending</Th>
          <Th align="right">In progress</Th>
          <Th align="right">Completed</Th>
          <Th align="right">Failed</Th>
          <Th align="right">Stale {staleDays} d</Th>
          <Th>Last run</Th>
          <ActionsTh />
        </tr>
      </Thead>
      <tbody>
        {sources.map((source) => (
          <Tr key={source.sourceId}>
            <Td className="whitespace-nowrap">
              <SourceStateBadge source={source} />
              {source.pausedUntil === null ? null : (
                <span className="block text-xs text-ink-3">
                  until <Time at={source.pausedUntil} />
                </span>
              )}
            </Td>
            <Td className="min-w-40 max-w-72">
              <Link
                href={`/sources/${source.sourceId}`}
                className="block truncate font-medium text-ink hover:text-accent hover:underline"
              >
                <Foreign text={source.name} />
              </Link>
            </Td>
            <Td>{source.type}</Td>
            <Td className="whitespace-nowrap">{rateInWords(source.rateDelayMs)}</Td>
            <Count source={source} status="pending" />
            <Count source={source} status="in_progress" />
            <Count source={source} status="completed" />
            <Count source={source} status="failed" />
            <Td align="right">
              <Suspense fallback={<Skeleton className="ml-auto h-2.5 w-8" />}>
                <Stale source={source} stale={stale} />
              </Suspense>
            </Td>
            <Td>
              <LastRun run={runs.find((run) => Object.hasOwn(run.sourceRevisions, source.name))} />
            </Td>
            <Td align="right">
              <span className="inline-flex gap-1">
                {canRun && source.enabled && own.has(source.name) ? (
                  <LaunchButton
                    sources={choices}
                    preset={[source.name]}
                    label="Run"
                    size="sm"
                    variant="secondary"
                  />
                ) : null}
                {canChange && own.has(source.name) ? (
                  <PauseButton
                    size="sm"
                    sourceId={source.sourceId}
                    name={source.name}
                    isPaused={source.pausedAt !== null}
                  />
                ) : null}
              </span>
            </Td>
          </Tr>
        ))}
      </tbody>
    </TableRegion>
  );
}

function Count({
  source,
  status,
}: {
  readonly source: SourceSummary;
  readonly status: keyof SourceSummary['counts'];
}) {
  const count = source.counts[status];
  const query = new URLSearchParams({ source: source.name, status });
  return (
    <Td align="right">
      {count === 0 ? (
        <Num value={0} className="text-ink-3" />
      ) : (
        <Link
          href={`/work-items?${query.toString()}`}
          className={`hover:underline ${status === 'failed' ? 'text-failed' : ''}`}
        >
          <Num value={count} />
        </Link>
      )}
    </Td>
  );
}

/** The same for all rows: counted once for the page, after its first view. */
async function Stale({
  source: { type, name },
  stale,
}: {
  readonly source: SourceSummary;
  readonly stale: Promise<ActionResult<StaleReport>>;
}) {
  const counted = await stale;
  const share = counted.ok
    ? counted.data.shares.find((one) => one.sourceSystem === type && one.sourceName === name)
    : undefined;
  return <StaleShareLink share={share} sourceName={name} />;
}

function LastRun({ run }: { readonly run: Run | undefined }) {
  return run ? (
    <Link href={`/runs/${run.runId}`} className="link">
      <Time at={run.startedAt} />
    </Link>
  ) : (
    <span className="text-ink-3">none recently</span>
  );
}
