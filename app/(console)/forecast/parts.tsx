/** The parts of the forecast as tables. */
import { Foreign } from '#app/ui/foreign-text.tsx';
import { Link } from '#app/ui/link.tsx';
import { formatCount, formatDuration } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { Sparkline } from '#app/ui/sparkline.tsx';
import { TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import type {
  ForecastHost,
  ForecastLaunch,
  ForecastSource,
  ForecastWindow,
} from '#lib/forecast/read-forecast.ts';
import type { Left, Obstacle } from '#lib/forecast/simulate.ts';

const shown = 50;

const why: Readonly<Record<Obstacle, string>> = {
  stopped: 'Everything is stopped.',
  'source closed': 'The source is paused or switched off.',
  'host closed': 'The host is blocked.',
  'host budget': 'The budget at the host is spent.',
  'host pace': 'The host is asked no faster than its pace allows.',
  'source pace': 'The source is asked no faster than its delay allows.',
};

const hostHref = (host: string) => `/hosts?name=${encodeURIComponent(host)}`;

export function NotFitting({ left }: { readonly left: readonly Left[] }) {
  return (
    <Section title="What will not fit" aside="still waiting at the end" isFlush>
      <TableRegion label="What will not fit" className="rounded-none border-0" isDense>
        <Thead>
          <tr>
            <Th>Source</Th>
            <Th>Host</Th>
            <Th align="right">Requests</Th>
            <Th>Why</Th>
          </tr>
        </Thead>
        <tbody>
          {left.slice(0, shown).map(({ source, host, requests, obstacle }) => (
            <Tr key={`${source} ${host ?? ''}`}>
              <Td>
                <bdi>{source}</bdi>
              </Td>
              <Td>
                <HostName host={host} />
              </Td>
              <Td align="right" className="num">
                {formatCount(requests)}
              </Td>
              <Td className="w-full min-w-56 whitespace-normal">{why[obstacle]}</Td>
            </Tr>
          ))}
        </tbody>
      </TableRegion>
      <More count={left.length - shown} />
    </Section>
  );
}

function HostName({ host }: { readonly host: string | null }) {
  if (host === null) return <span className="text-ink-3">no host</span>;
  return (
    <Link href={hostHref(host)} className="link">
      <Foreign text={host} />
    </Link>
  );
}

/** The hour, or the day, of a host's most requests; and all of them as a line. */
export function HostsByHour({
  hosts,
  from,
  window,
}: {
  readonly hosts: readonly ForecastHost[];
  readonly from: string;
  readonly window: ForecastWindow;
}) {
  if (hosts.length === 0) return null;
  const hours = hosts[0]?.requests.length ?? 0;
  const all = Array.from({ length: hours }, (_, hour) =>
    hosts.reduce((sum, { requests }) => sum + (requests[hour] ?? 0), 0),
  );
  const rows = [
    {
      key: 'all',
      name: <span className="font-medium">All hosts</span>,
      requests: all,
      delayMs: null,
    },
    ...hosts.slice(0, shown).map(({ host, requests, delayMs }) => ({
      key: host ?? '',
      name: <HostName host={host} />,
      requests,
      delayMs: host === null ? null : delayMs,
    })),
  ];
  return (
    <Section title="Requests by host and hour" isFlush>
      <TableRegion label="Requests by host and hour" className="rounded-none border-0" isDense>
        <Thead>
          <tr>
            <Th>Host</Th>
            <Th align="right" className="max-sm:hidden">
              One request every
            </Th>
            <Th align="right">Requests</Th>
            <Th align="right">Most in an hour</Th>
            <Th className="max-sm:hidden">Until</Th>
            <Th className="w-full">{window === '24h' ? 'By the hour' : 'By the hour, 7 days'}</Th>
          </tr>
        </Thead>
        <tbody>
          {rows.map(({ key, name, requests, delayMs }) => (
            <Tr key={key}>
              <Td>{name}</Td>
              <Td align="right" className="num max-sm:hidden">
                {delayMs === null ? '' : delayMs === 0 ? 'as it answers' : formatDuration(delayMs)}
              </Td>
              <Td align="right" className="num">
                {formatCount(Math.round(requests.reduce((sum, one) => sum + one, 0)))}
              </Td>
              <Td align="right" className="num">
                {formatCount(Math.round(Math.max(...requests)))}
              </Td>
              <Td className="max-sm:hidden">
                <Time at={lastHourOf(requests, from)} />
              </Td>
              <Td>
                <Sparkline
                  label={requests.map((one) => Math.round(one)).join(', ')}
                  values={requests}
                  width={window === '24h' ? 144 : 252}
                  className="text-accent"
                />
              </Td>
            </Tr>
          ))}
        </tbody>
      </TableRegion>
      <More count={hosts.length - shown} />
    </Section>
  );
}

/** The end of the last hour with a request. */
function lastHourOf(requests: readonly number[], from: string): string {
  const last = requests.findLastIndex((one) => one > 0);
  return new Date(Date.parse(from) + (last + 1) * 3_600_000).toISOString();
}

export function Launches({ launches }: { readonly launches: readonly ForecastLaunch[] }) {
  return (
    <Section title="Launches" isFlush>
      <TableRegion label="Launches" maxHeight="28rem" className="rounded-none border-0" isDense>
        <Thead>
          <tr>
            <Th>When</Th>
            <Th>Schedule</Th>
            <Th align="right">Items</Th>
            <Th>Known by</Th>
          </tr>
        </Thead>
        <tbody>
          {launches
            .slice(0, 2 * shown)
            .map(({ scheduleId, name, at, items, launches: does, basis }) => (
              <Tr key={`${scheduleId} ${at}`}>
                <Td>
                  <Time at={at} />
                </Td>
                <Td>
                  <Link href="/schedules" className="link">
                    <Foreign text={name} />
                  </Link>
                </Td>
                <Td align="right" className="num">
                  {items === null ? '–' : formatCount(Math.round(items))}
                </Td>
                <Td className="whitespace-normal text-ink-2">
                  {does ? basisWords[basis] : leftOut}
                </Td>
              </Tr>
            ))}
        </tbody>
      </TableRegion>
      <More count={launches.length - 2 * shown} />
    </Section>
  );
}

const leftOut = 'left out: the run before goes on, or all is stopped';

const basisWords: Readonly<Record<ForecastLaunch['basis'], string>> = {
  due: 'what is due then',
  'as before': 'its last run',
  unknown: 'it has not run yet',
};

export function DueSources({ sources }: { readonly sources: readonly ForecastSource[] }) {
  return (
    <Section title="What comes due" aside="fetched once, to be fetched again" isFlush>
      <TableRegion
        label="What comes due"
        maxHeight="28rem"
        className="rounded-none border-0"
        isDense
      >
        <Thead>
          <tr>
            <Th>Source</Th>
            <Th align="right">Due</Th>
            <Th align="right">Not taken</Th>
            <Th>Why</Th>
          </tr>
        </Thead>
        <tbody>
          {sources.map(({ name, due, isAtLeast, untaken, isScheduled }) => (
            <Tr key={name}>
              <Td>
                <Link href={`/work-items?source=${encodeURIComponent(name)}`} className="link">
                  <Foreign text={name} />
                </Link>
              </Td>
              <Td align="right" className="num">
                {isAtLeast ? 'at least ' : ''}
                {formatCount(due)}
              </Td>
              <Td align="right" className="num">
                {formatCount(untaken)}
              </Td>
              <Td className="whitespace-normal text-ink-2">
                {untaken === 0
                  ? ''
                  : isScheduled
                    ? 'due after the last launch that is made, or beyond a budget'
                    : 'no schedule recrawls what is due of it'}
              </Td>
            </Tr>
          ))}
        </tbody>
      </TableRegion>
    </Section>
  );
}

function More({ count }: { readonly count: number }) {
  if (count <= 0) return null;
  return <p className="border-t px-3 py-1.5 text-xs text-ink-3">and {formatCount(count)} more</p>;
}
