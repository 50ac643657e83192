/** What the coming hours bring: launches, requests by host, what will not fit and why, what nobody takes. */
import { CalendarClock } from 'lucide-react';
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { ParameterProblems } from '#app/ui/banner.tsx';
import { LinkButton } from '#app/ui/button.tsx';
import { ChipLink } from '#app/ui/chip.tsx';
import { cx } from '#app/ui/cx.ts';
import { LiveRefresh } from '#app/ui/live.tsx';
import { countOf, formatCount } from '#app/ui/num.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { Stat, StatRow } from '#app/ui/stat.tsx';
import { EmptyState, ErrorState } from '#app/ui/states.tsx';
import { Time } from '#app/ui/time.tsx';
import { requireSources } from '#lib/actor/require-permission.ts';
import { readForecast } from '#lib/forecast/read-forecast.ts';
import { choiceParameter, type RawParameters, readParameters } from '#lib/paging/parameters.ts';
import { DueSources, HostsByHour, Launches, NotFitting } from './parts.tsx';

export const metadata: Metadata = { title: 'Forecast' };

const windows = ['24h', '7d'] as const;
const parameters = { window: choiceParameter(windows) };
const words = { '24h': '24 hours', '7d': '7 days' } as const;

export default async function ForecastPage({
  searchParams,
}: {
  readonly searchParams: Promise<RawParameters>;
}) {
  const { values, problems } = readParameters(parameters, await searchParams);
  const { window = '24h' } = values;
  const loaded = await loadPage(({ reads, actor }) => {
    requireSources(actor, 'all');
    return readForecast(reads, window);
  });
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Forecast" />
        <ErrorState
          error={loaded.error}
          action={<LinkButton href={`/forecast?window=${window}`}>Try again</LinkButton>}
        />
      </>
    );
  }
  const { from, hosts, launches, left, sources, leftOut } = loaded.data;
  const requests = hosts.reduce((sum, { total }) => sum + total, 0);
  const waiting = left.reduce((sum, one) => sum + one.requests, 0);
  const untaken = sources.reduce((sum, one) => sum + one.untaken, 0);
  const launching = launches.filter((one) => one.launches).length;
  const isEmpty = requests === 0 && launches.length === 0 && left.length === 0 && untaken === 0;
  return (
    <>
      <LiveRefresh />
      <PageHeader
        title="Forecast"
        meta={
          <span>
            the next {words[window]} from <Time at={from} />, without what is discovered meanwhile
          </span>
        }
        actions={
          <nav aria-label="Window" className="flex gap-1">
            {windows.map((one) => (
              <ChipLink
                key={one}
                href={one === '24h' ? '/forecast' : `/forecast?window=${one}`}
                isCurrent={one === window}
              >
                {words[one]}
              </ChipLink>
            ))}
          </nav>
        }
      />
      <ParameterProblems problems={problems} />
      <StatRow>
        <Stat
          label="Launches"
          value={formatCount(launching)}
          detail={
            launches.length > launching
              ? `${formatCount(launches.length - launching)} more are left out`
              : 'by schedules'
          }
        />
        <Stat
          label="Requests"
          value={formatCount(Math.round(requests))}
          detail={`to ${countOf(hosts.filter(({ host }) => host !== null).length, 'host')}`}
        />
        <Stat
          label="Will not fit"
          value={formatCount(Math.round(waiting))}
          detail="requests that still wait at the end"
        />
        <Stat
          label="Due, and not taken"
          value={formatCount(untaken)}
          detail="items that no launch takes"
        />
      </StatRow>
      {isEmpty ? (
        <EmptyState
          icon={<CalendarClock aria-hidden />}
          title={`Nothing is expected in the next ${words[window]}`}
          action={<LinkButton href="/schedules">Schedules</LinkButton>}
        >
          Nothing waits, no schedule launches a run, and nothing that was fetched comes due.
        </EmptyState>
      ) : (
        <>
          {left.length === 0 ? null : <NotFitting left={left} />}
          <HostsByHour hosts={hosts} from={from} window={window} />
          <div
            className={cx(
              'grid items-start gap-4',
              launches.length > 0 && sources.length > 0 && 'xl:grid-cols-2',
            )}
          >
            {launches.length === 0 ? null : <Launches launches={launches} />}
            {sources.length === 0 ? null : <DueSources sources={sources} />}
          </div>
        </>
      )}
      {leftOut.length === 0 ? null : (
        <p className="text-xs text-ink-3">Not looked at: {leftOut.join('; ')}.</p>
      )}
    </>
  );
}
