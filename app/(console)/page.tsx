import {
  Check,
  CircleDashed,
  Cpu,
  Hourglass,
  LoaderCircle,
  Minus,
  Play,
  Waypoints,
  X,
} from 'lucide-react';
import type { Metadata } from 'next';
import { loadPage, settle } from '#app/_server/action.ts';
import { Banner } from '#app/ui/banner.tsx';
import { LinkButton } from '#app/ui/button.tsx';
import { ChipLink } from '#app/ui/chip.tsx';
import { None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { countOf, formatCount, formatDuration, formatShare, Num } from '#app/ui/num.tsx';
import { OutcomeBar } from '#app/ui/outcome-bar.tsx';
import { PageHeader, Section } from '#app/ui/page-header.tsx';
import { ParameterProblems } from '#app/ui/parameter-problems.tsx';
import { Sparkline } from '#app/ui/sparkline.tsx';
import { Stat, StatRow } from '#app/ui/stat.tsx';
import { EmptyState, ErrorState } from '#app/ui/states.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import { ThroughputChart } from '#app/ui/throughput-chart.tsx';
import { Time } from '#app/ui/time.tsx';
import { can } from '#lib/access/permissions.ts';
import {
  type ActiveRun,
  type Backoff,
  type ErrorCluster,
  type Overview,
  type SourceTotals,
  type StaleShare,
  type ThroughputWindow,
  throughputWindows,
} from '#lib/metrics/model.ts';
import { overview } from '#lib/metrics/overview.ts';
import { recentStaleShares } from '#lib/metrics/stale-shares.ts';
import { choiceParameter, readParameters } from '#lib/paging/parameters.ts';

export const metadata: Metadata = { title: 'Overview' };

const staleDays = 30;
/** Those with the most items; the rest is on the page of the sources. */
const mostSourcesListed = 12;
const parameters = { window: choiceParameter(throughputWindows) };
const windowWords: Readonly<Record<ThroughputWindow, string>> = {
  '1h': '1 h',
  '24h': '24 h',
  '7d': '7 d',
};

export default async function OverviewPage({
  searchParams,
}: {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { values, problems } = readParameters(parameters, await searchParams);
  const { window = '1h' } = values;
  const loaded = await loadPage(async ({ runtime, actor }) => {
    const data = await overview(runtime.db, { window });
    const listed = data.sources.slice(0, mostSourcesListed);
    return {
      role: actor.role,
      data,
      stale: await settle(() => recentStaleShares(runtime.db, listed, staleDays)),
    };
  });
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Overview" />
        <ErrorState error={loaded.error} action={<LinkButton href="/">Try again</LinkButton>} />
      </>
    );
  }
  const { data, stale, role } = loaded.data;
  const isNew = data.total === 0 && data.runs.length === 0;
  return (
    <>
      <LiveRefresh />
      <PageHeader
        title="Overview"
        meta={
          <span>
            as of <Time at={data.asOf} />
          </span>
        }
        actions={
          can(role, 'runs:change') ? (
            <LinkButton href="/runs?launch=1" variant="primary" icon={<Play aria-hidden />}>
              Launch a run
            </LinkButton>
          ) : null
        }
      />
      <ParameterProblems problems={problems} />
      {data.warnings.length > 0 ? (
        <div className="flex flex-col gap-2">
          {data.warnings.map((warning) => (
            <Banner
              key={warning.kind}
              kind="warn"
              title={warning.title}
              action={
                <LinkButton href={warning.href} size="sm">
                  Look
                </LinkButton>
              }
            >
              {warning.detail}
            </Banner>
          ))}
        </div>
      ) : null}
      <Totals data={data} />
      {isNew ? (
        <EmptyState
          icon={<Waypoints aria-hidden />}
          title="No work items yet"
          action={
            <>
              <LinkButton href="/runs?launch=1" variant="primary">
                Launch a run
              </LinkButton>
              <LinkButton href="/sources">Look at the sources</LinkButton>
            </>
          }
        >
          A run puts the seeds of its sources into the queue; workers fetch them and find more. The
          source “Sample” needs no network: run it to see how that looks.
        </EmptyState>
      ) : (
        <>
          <div className="grid gap-4 xl:grid-cols-3">
            <Section
              title="Throughput"
              className="xl:col-span-2"
              aside={
                <nav aria-label="Window" className="flex gap-1">
                  {throughputWindows.map((one) => (
                    <ChipLink
                      key={one}
                      href={one === '1h' ? '/' : `/?window=${one}`}
                      isCurrent={one === window}
                    >
                      {windowWords[one]}
                    </ChipLink>
                  ))}
                </nav>
              }
            >
              <ThroughputChart unit={data.throughput.unit} points={data.throughput.points} />
            </Section>
            <Section
              title="Active runs"
              isFlush
              aside={
                <Link href="/runs" className="link">
                  All runs
                </Link>
              }
            >
              <ActiveRuns runs={data.runs} />
            </Section>
          </div>
          <div className="grid gap-4 xl:grid-cols-3">
            <Section
              title="Sources"
              isFlush
              className="xl:col-span-2"
              aside={
                stale.ok ? (
                  <span>
                    stale as of <Time at={stale.data.asOf} />
                  </span>
                ) : (
                  <span className="text-warn">stale share not counted: {stale.error.message}</span>
                )
              }
            >
              <Sources sources={data.sources} stale={stale.ok ? stale.data.shares : null} />
            </Section>
            <div className="flex flex-col gap-4">
              <Section title="Errors of the last 24 h" isFlush>
                <Errors errors={data.errors} />
              </Section>
              <Section title="Backing off" isFlush>
                <BackingOff backoff={data.backoff} />
              </Section>
            </div>
          </div>
        </>
      )}
    </>
  );
}

function Totals({ data }: { readonly data: Overview }) {
  const { totals, throughput, oldestClaimable, workers } = data;
  const inWindow = (key: 'completed' | 'failed') => throughput.points.map((point) => point[key]);
  const window = windowWords[throughput.window];
  return (
    <StatRow>
      <Stat
        label="Pending"
        mark={<CircleDashed aria-hidden className="text-pending" />}
        value={<Num value={totals.pending} />}
        detail={
          oldestClaimable ? (
            <>oldest waits {formatDuration(oldestClaimable.ageMs)}</>
          ) : (
            'none claimable'
          )
        }
        href="/work-items?status=pending"
      />
      <Stat
        label="In progress"
        mark={<LoaderCircle aria-hidden className="text-progress" />}
        value={<Num value={totals.in_progress} />}
        detail={`${formatCount(workers.inFlight)} said by workers`}
        href="/work-items?status=in_progress"
      />
      <Stat
        label="Completed"
        mark={<Check aria-hidden className="text-done" />}
        value={<Num value={totals.completed} />}
        detail={`${formatShare(totals.completed, data.total)} of all`}
        href="/work-items?status=completed"
        graph={
          <Sparkline
            label={`Completed in the last ${window}`}
            values={inWindow('completed')}
            className="text-done"
            width={72}
          />
        }
      />
      <Stat
        label="Failed"
        mark={<X aria-hidden className="text-failed" />}
        value={<Num value={totals.failed} />}
        detail={`${formatShare(totals.failed, data.total)} of all`}
        href="/work-items?status=failed"
        graph={
          <Sparkline
            label={`Failed in the last ${window}`}
            values={inWindow('failed')}
            className="text-failed"
            width={72}
          />
        }
      />
      <Stat
        label="Skipped"
        mark={<Minus aria-hidden className="text-skipped" />}
        value={<Num value={totals.skipped} />}
        detail={`${formatShare(totals.skipped, data.total)} of all`}
        href="/work-items?status=skipped"
      />
      <Stat
        label="Workers"
        mark={<Cpu aria-hidden className={workers.alive > 0 ? 'text-done' : 'text-ink-3'} />}
        value={<Num value={workers.alive} />}
        detail={workers.alive === 0 ? 'none alive' : 'alive'}
        href="/workers"
      />
    </StatRow>
  );
}

function ActiveRuns({ runs }: { readonly runs: readonly ActiveRun[] }) {
  if (runs.length === 0) return <Quiet>No run is going on.</Quiet>;
  return (
    <ul>
      {runs.map((run) => {
        const done = run.succeeded + run.failed + run.skipped;
        return (
          <li key={run.runId} className="border-b last:border-b-0">
            <Link
              href={`/runs/${run.runId}`}
              className="flex flex-col gap-1.5 px-3 py-2.5 -outline-offset-2! hover:bg-hover"
            >
              <span className="flex items-center justify-between gap-3">
                <span className="truncate font-medium">{run.name ?? `${run.kind} run`}</span>
                <StatusBadge
                  status={
                    run.pausedAt ? 'paused' : run.phase === 'preparing' ? 'preparing' : 'running'
                  }
                />
              </span>
              <OutcomeBar
                counts={{
                  completed: run.succeeded,
                  failed: run.failed,
                  skipped: run.skipped,
                  pending: Math.max(0, run.total - done),
                }}
              />
              <span className="num flex flex-wrap justify-between gap-x-3 text-xs text-ink-2">
                <span>
                  {formatCount(done)} of {formatCount(run.total)}
                  {run.failed > 0 ? `, ${formatCount(run.failed)} failed` : ''}
                </span>
                <span className="flex items-center gap-1">
                  <Hourglass aria-hidden className="size-3" />
                  {run.etaMs === null
                    ? 'no rate yet'
                    : `${formatDuration(run.etaMs)} left at ${formatRate(run.perMinute)}/min`}
                </span>
              </span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

const formatRate = (perMinute: number) =>
  perMinute >= 10 ? formatCount(Math.round(perMinute)) : perMinute.toFixed(1);

function Sources({
  sources,
  stale,
}: {
  readonly sources: readonly SourceTotals[];
  readonly stale: readonly StaleShare[] | null;
}) {
  if (sources.length === 0) return <Quiet>No source has items yet.</Quiet>;
  const shareOf = (source: SourceTotals) =>
    stale?.find(
      (one) => one.sourceSystem === source.sourceSystem && one.sourceName === source.sourceName,
    );
  const head =
    'h-8 border-b border-line-strong px-3 text-xs font-medium whitespace-nowrap text-ink-2';
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
    <section aria-label="Items per source" tabIndex={0} className="relative overflow-x-auto">
      <table className="w-full text-sm sm:min-w-140">
        <thead>
          <tr>
            <th scope="col" className={`${head} text-left`}>
              Source
            </th>
            <th scope="col" className={`${head} w-2/5 text-left max-sm:hidden`}>
              Items
            </th>
            <th scope="col" className={`${head} text-right`}>
              Pending
            </th>
            <th scope="col" className={`${head} text-right`}>
              Failed
            </th>
            <th scope="col" className={`${head} text-right`}>
              Stale {staleDays} d
            </th>
          </tr>
        </thead>
        <tbody>
          {sources.slice(0, mostSourcesListed).map((source) => {
            const share = shareOf(source);
            const name = encodeURIComponent(source.sourceName);
            const cell = 'h-9 border-b px-3 [tr:last-child>&]:border-b-0';
            return (
              <tr key={`${source.sourceSystem} ${source.sourceName}`} className="hover:bg-hover">
                <td className={cell}>
                  <Link href={`/work-items?source=${name}`} className="link">
                    {source.sourceName}
                  </Link>{' '}
                  <span className="text-xs text-ink-3">{source.sourceSystem}</span>
                </td>
                <td className={`${cell} max-sm:hidden`}>
                  <OutcomeBar counts={source.totals} />
                </td>
                <td className={`${cell} text-right`}>
                  <Num value={source.totals.pending} />
                </td>
                <td className={`${cell} text-right`}>
                  {source.totals.failed > 0 ? (
                    <Link
                      href={`/work-items?source=${name}&status=failed`}
                      className="num text-failed underline underline-offset-2"
                    >
                      {formatCount(source.totals.failed)}
                    </Link>
                  ) : (
                    <Num value={0} className="text-ink-3" />
                  )}
                </td>
                <td className={`${cell} text-right`}>
                  {share ? (
                    <Link
                      href={`/work-items?source=${name}&stale=${staleDays}`}
                      className="link num"
                    >
                      {share.isAtLeast ? '≥ ' : ''}
                      {formatShare(share.stale, share.total)}
                    </Link>
                  ) : (
                    <None word="not counted" />
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {sources.length > mostSourcesListed ? (
        <p className="border-t px-3 py-2 text-xs text-ink-2">
          and {countOf(sources.length - mostSourcesListed, 'more source')}.{' '}
          <Link href="/sources" className="link">
            All sources
          </Link>
        </p>
      ) : null}
    </section>
  );
}

function Errors({ errors }: { readonly errors: readonly ErrorCluster[] }) {
  if (errors.length === 0) return <Quiet>No attempt failed.</Quiet>;
  return (
    <ul>
      {errors.map((error) => (
        <li
          key={`${error.code} ${error.sourceName}`}
          className="flex items-center gap-3 border-b px-3 py-2 last:border-b-0"
        >
          <span className="flex min-w-0 flex-1 flex-col">
            <Link
              href={`/work-items?error=${error.code}&source=${encodeURIComponent(error.sourceName)}`}
              className="link mono w-fit max-w-full truncate"
            >
              {error.code}
            </Link>
            <span className="truncate text-xs text-ink-3">
              {error.sourceName} · last <Time at={error.lastAt} />
            </span>
          </span>
          <span className="num text-sm">{countOf(error.count, 'attempt')}</span>
        </li>
      ))}
    </ul>
  );
}

function BackingOff({ backoff }: { readonly backoff: readonly Backoff[] }) {
  if (backoff.length === 0) return <Quiet>Nothing waits after a failure.</Quiet>;
  return (
    <ul>
      {backoff.map((one) => (
        <li
          key={one.sourceName}
          className="flex items-center justify-between gap-3 border-b px-3 py-2 last:border-b-0"
        >
          <Link
            href={`/work-items?status=pending&source=${encodeURIComponent(one.sourceName)}`}
            className="link truncate"
          >
            {one.sourceName}
          </Link>
          <span className="num text-xs text-ink-2">
            {countOf(one.items, 'item')}, first <Time at={one.nextAt} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Quiet({ children }: { readonly children: string }) {
  return <p className="px-3 py-5 text-sm text-ink-3">{children}</p>;
}
