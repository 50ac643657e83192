import { Check, CircleDashed, Cpu, LoaderCircle, Minus, Play, Waypoints, X } from 'lucide-react';
import type { Metadata } from 'next';
import { loadPage, settle } from '#app/_server/action.ts';
import { staleDays } from '#app/_shared/stale-share.tsx';
import { WindowLinks, windowWords } from '#app/_shared/window-links.tsx';
import { Banner, ParameterProblems } from '#app/ui/banner.tsx';
import { LinkButton } from '#app/ui/button.tsx';
import { Link } from '#app/ui/link.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { countOf, formatCount, formatDuration, formatShare, Num } from '#app/ui/num.tsx';
import { PageHeader, Section } from '#app/ui/page-header.tsx';
import { Sparkline } from '#app/ui/sparkline.tsx';
import { Stat, StatRow } from '#app/ui/stat.tsx';
import { EmptyState, ErrorState } from '#app/ui/states.tsx';
import { ThroughputChart } from '#app/ui/throughput-chart.tsx';
import { Time } from '#app/ui/time.tsx';
import { TryAgain } from '#app/ui/try-again.tsx';
import { may } from '#lib/actor/model.ts';
import { listAlerts, unattended } from '#lib/alerts/list-alerts.ts';
import { type Overview, throughputWindows } from '#lib/metrics/model.ts';
import { overview } from '#lib/metrics/overview.ts';
import { recentStaleShares } from '#lib/metrics/stale-shares.ts';
import { choiceParameter, readParameters } from '#lib/paging/parameters.ts';
import { listQuarantines } from '#lib/quarantine/read.ts';
import {
  ActiveRuns,
  BackingOff,
  Errors,
  mostSourcesListed,
  Sources,
} from './_overview/sections.tsx';

export const metadata: Metadata = { title: 'Overview' };

const parameters = { window: choiceParameter(throughputWindows) };
export default async function OverviewPage({
  searchParams,
}: {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { values, problems } = readParameters(parameters, await searchParams);
  const { window = '1h' } = values;
  const loaded = await loadPage(async ({ runtime, actor, reads, sight }) => {
    const own = { pool: runtime.db.stats.pool(), replica: runtime.replica() };
    const data = await overview(reads, { window, sight, console: own });
    const listed = data.sources.slice(0, mostSourcesListed);
    return {
      mayRun: may(actor, 'runs:change'),
      data,
      alerts: unattended(await listAlerts(runtime.db, 'open', sight)),
      held: await listQuarantines(runtime.db, 'open', sight),
      stale: await settle(() => recentStaleShares(reads, listed, staleDays)),
    };
  });
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Overview" />
        <ErrorState error={loaded.error} />
      </>
    );
  }
  const { data, alerts, held, stale, mayRun } = loaded.data;
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
          mayRun ? (
            <LinkButton href="/runs?do=launch" variant="primary" icon={<Play aria-hidden />}>
              Launch a run
            </LinkButton>
          ) : null
        }
      />
      <ParameterProblems problems={problems} />
      {alerts.length > 0 ? (
        <Banner
          kind="warn"
          title={`${countOf(alerts.length, 'alert')} ${alerts.length === 1 ? 'is' : 'are'} open`}
          action={
            <LinkButton href="/alerts" size="sm">
              Look
            </LinkButton>
          }
        >
          {alerts
            .slice(0, 3)
            .map(({ title }) => title)
            .join(' · ')}
        </Banner>
      ) : null}
      {held.length > 0 ? (
        <Banner
          kind="warn"
          title={`New versions of ${countOf(held.length, 'source')} are held until somebody decides`}
          action={
            <LinkButton href="/alerts?tab=quarantine" size="sm">
              Decide
            </LinkButton>
          }
        >
          {held
            .slice(0, 3)
            .map(({ title }) => title)
            .join(' · ')}
        </Banner>
      ) : null}
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
              {mayRun ? (
                <LinkButton href="/runs?do=launch" variant="primary">
                  Launch a run
                </LinkButton>
              ) : null}
              <LinkButton href="/sources">View the sources</LinkButton>
            </>
          }
        >
          A run enqueues the seeds of its sources; workers fetch them and find more. The source
          “Sample” needs no network: run it to see how that looks.
        </EmptyState>
      ) : (
        <>
          <div className="grid items-start gap-4 xl:grid-cols-3">
            <Section
              title="Throughput"
              className="xl:col-span-2"
              aside={<WindowLinks path="/" current={window} atFirst="1h" />}
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
              <ActiveRuns runs={data.runs} lastRun={data.lastRun} />
            </Section>
          </div>
          <div className="grid items-start gap-4 xl:grid-cols-3">
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
                  <span className="inline-flex flex-wrap items-center gap-2 text-warn">
                    stale share not counted: {stale.error.message} <TryAgain size="sm" />
                  </span>
                )
              }
            >
              <Sources sources={data.sources} stale={stale.ok ? stale.data.shares : null} />
            </Section>
            <div className="flex min-w-0 flex-col gap-4">
              <Section
                title="Failures of the last 24 h"
                isFlush
                aside={
                  <Link href="/failures" className="link">
                    All failures
                  </Link>
                }
              >
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

const outcomes = [
  { status: 'completed', label: 'Completed', Mark: Check, colour: 'text-done' },
  { status: 'failed', label: 'Failed', Mark: X, colour: 'text-failed' },
] as const;

/** Items per status, and the workers that are alive. */
function Totals({ data }: { readonly data: Overview }) {
  const { totals, throughput, oldestClaimable, workers } = data;
  return (
    <StatRow>
      <Stat
        label="Pending"
        mark={<CircleDashed aria-hidden className="text-pending" />}
        value={<Num value={totals.pending} />}
        detail={
          oldestClaimable ? (
            <>oldest waiting {formatDuration(oldestClaimable.ageMs)}</>
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
        detail={`${formatCount(workers.inFlight)} leased to workers`}
        href="/work-items?status=in_progress"
      />
      {outcomes.map(({ status, label, Mark, colour }) => (
        <Stat
          key={status}
          label={label}
          mark={<Mark aria-hidden className={colour} />}
          value={<Num value={totals[status]} />}
          detail={`${formatShare(totals[status], data.total)} of all`}
          href={`/work-items?status=${status}`}
          graph={
            <Sparkline
              label={`${label} in the last ${windowWords[throughput.window]}`}
              values={throughput.points.map((point) => point[status])}
              className={colour}
              width={72}
            />
          }
        />
      ))}
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
