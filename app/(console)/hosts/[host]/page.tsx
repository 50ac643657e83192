/** One host: how it answers, when and why it is left alone, how it may be asked, what its robots.txt says, who waits. */
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { requireActor } from '#app/_server/actor.ts';
import { Banner } from '#app/ui/banner.tsx';
import { BarsChart } from '#app/ui/bars-chart.tsx';
import { LinkButton } from '#app/ui/button.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { formatCount, formatDuration } from '#app/ui/num.tsx';
import { PageHeader, Section } from '#app/ui/page-header.tsx';
import { Stat, StatRow } from '#app/ui/stat.tsx';
import { ErrorState, NoSuch } from '#app/ui/states.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import { Time } from '#app/ui/time.tsx';
import { may } from '#lib/actor/model.ts';
import { endOfBlock } from '#lib/hosts/blocks.ts';
import type { HostHour } from '#lib/hosts/host-hours.ts';
import { type HostRoom, readHostRoom } from '#lib/metrics/host-room.ts';
import { BlockButton, ClearBlockButton, LimitsButton } from '../host-buttons.tsx';
import { itemsHref } from '../host-words.tsx';
import { Blocks, Limits, Waiting } from './host-panels.tsx';
import { RobotsPanel } from './robots-panel.tsx';

export const metadata: Metadata = { title: 'Host' };

const back = { href: '/hosts', label: 'Hosts' };

export default async function HostPage({ params }: { readonly params: Promise<{ host: string }> }) {
  const actor = await requireActor();
  const name = decodeURIComponent((await params).host);
  const loaded = await loadPage(async ({ runtime, sight }) => {
    const room = await readHostRoom(runtime.db, name, sight);
    return room && { room, agent: runtime.http.userAgent ?? 'HolocronIngest' };
  });
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Host" back={back} />
        <ErrorState error={loaded.error} />
      </>
    );
  }
  if (!loaded.data) return <NoSuch what="host" listHref="/hosts" />;
  const { room, agent } = loaded.data;
  const { host } = room;
  const mayChange = may(actor, 'hosts:change');
  const isBlocked = host.blockedUntil !== null;
  return (
    <div className="flex flex-col gap-4">
      <LiveRefresh />
      <PageHeader
        title={host.host}
        back={back}
        meta={<StatusBadge status={isBlocked ? 'blocked' : 'open'} />}
        actions={
          <>
            <LinkButton size="sm" href={itemsHref(host.host)}>
              Show its items
            </LinkButton>
            {mayChange ? (
              <>
                <LimitsButton
                  host={host.host}
                  delayMs={host.delayMs}
                  concurrency={host.concurrency}
                />
                {isBlocked ? (
                  <ClearBlockButton host={host.host} reason={host.blockedReason} />
                ) : (
                  <BlockButton host={host.host} />
                )}
              </>
            ) : null}
          </>
        }
      />
      {isBlocked ? (
        <Banner kind="warn" title={host.blockedReason ?? 'It is left alone.'}>
          No worker sends it a request until{' '}
          <Time at={endOfBlock(host.blockedUntil)} absent="somebody clears the block" />.
        </Banner>
      ) : null}
      <HostStats room={room} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          <Answers hours={room.hours} />
          <Waiting host={host.host} sources={room.sources} pending={room.totals.pending} />
          <Blocks blocks={room.blocks} />
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <Limits host={host} />
          <RobotsPanel host={host.host} robots={shownOf(room.robots)} agent={agent} />
        </div>
      </div>
    </div>
  );
}

/** A file may have half a megabyte, and the page is loaded again and again. */
const mostShown = 50_000;
const shownOf = (robots: HostRoom['robots']) =>
  robots && { ...robots, body: robots.body?.slice(0, mostShown) ?? null };

function HostStats({ room: { host, totals } }: { readonly room: HostRoom }) {
  return (
    <StatRow>
      <Stat
        label="Pending"
        value={formatCount(totals.pending)}
        href={itemsHref(host.host, 'pending')}
      />
      <Stat
        label="In progress"
        value={formatCount(totals.in_progress)}
        href={itemsHref(host.host, 'in_progress')}
      />
      <Stat
        label="Failed"
        value={formatCount(totals.failed)}
        href={itemsHref(host.host, 'failed')}
      />
      <Stat
        label="Requests"
        value={formatCount(host.requestsTotal)}
        detail={`${formatCount(host.count429)} × 429, ${formatCount(host.count5xx)} × 5xx`}
      />
      <Stat
        label="Latency"
        value={host.latencyMs === null ? 'not known' : formatDuration(host.latencyMs)}
      />
      <Stat
        label="Last answer"
        value={host.lastStatus ?? 'none'}
        detail={<Time at={host.lastRequestAt} />}
      />
    </StatRow>
  );
}

function Answers({ hours }: { readonly hours: readonly HostHour[] }) {
  return (
    <Section title="Requests, last 7 days" aside="by the hour">
      {hours.every(({ requests }) => requests === 0) ? (
        <p className="text-sm text-ink-3">No request was sent to it in this time.</p>
      ) : (
        <BarsChart
          caption="Requests per hour"
          unit="hour"
          series={[
            { word: 'answered', look: 'done' },
            { word: 'asked to wait (429)', look: 'warn' },
            { word: 'server errors (5xx)', look: 'failed' },
            { word: 'no answer', look: 'quiet' },
          ]}
          points={hours.map(({ hour, requests, ...bad }) => ({
            at: hour,
            values: [
              Math.max(0, requests - bad.count_429 - bad.count_5xx - bad.failed),
              bad.count_429,
              bad.count_5xx,
              bad.failed,
            ],
          }))}
        />
      )}
    </Section>
  );
}
