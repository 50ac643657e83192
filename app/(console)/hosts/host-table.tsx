/** The hosts as a table: what each has waiting, how it is asked, and what it answered. */
import { None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { formatCount, formatDuration, Num } from '#app/ui/num.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import { ActionsTh, TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import { endOfBlock } from '#lib/hosts/blocks.ts';
import { type Host, type HostTotals, noItems } from '#lib/hosts/list-hosts.ts';
import { BlockButton, ClearBlockButton, LimitsButton } from './host-buttons.tsx';
import {
  budgetWords,
  hostHref,
  itemsHref,
  paceReason,
  paceReasons,
  robotsWords,
} from './host-words.tsx';

interface HostTableProps {
  readonly hosts: readonly Host[];
  readonly totals: ReadonlyMap<string, HostTotals>;
  readonly mayChange: boolean;
}

export function HostTable({ hosts, totals, mayChange }: HostTableProps) {
  return (
    <TableRegion label="Hosts">
      <Thead>
        <tr>
          <Th>Host</Th>
          <Th>State</Th>
          <Th align="right">Pending</Th>
          <Th align="right">In progress</Th>
          <Th align="right">Failed</Th>
          <Th align="right">Pace</Th>
          <Th align="right">Latency</Th>
          <Th align="right">Requests</Th>
          <Th align="right">429</Th>
          <Th align="right">5xx</Th>
          <Th>Last request</Th>
          {mayChange ? <ActionsTh /> : null}
        </tr>
      </Thead>
      <tbody>
        {hosts.map((host) => (
          <HostRow
            key={host.host}
            host={host}
            totals={totals.get(host.host) ?? noItems}
            mayChange={mayChange}
          />
        ))}
      </tbody>
    </TableRegion>
  );
}

interface HostRowProps {
  readonly host: Host;
  readonly totals: HostTotals;
  readonly mayChange: boolean;
}

function HostRow({ host, totals, mayChange }: HostRowProps) {
  return (
    <Tr>
      <Td>
        <Link href={hostHref(host.host)} className="link mono wrap-anywhere">
          {host.host}
        </Link>
        {host.robots ? (
          <span className="block max-w-72 text-xs text-ink-3">
            {robotsWords(host.robots.status)}, read <Time at={host.robots.readAt} />
          </span>
        ) : null}
      </Td>
      <Td>
        {host.blockedUntil ? (
          <span className="flex w-fit flex-col items-start gap-0.5 py-1">
            <span className="flex items-center gap-2">
              <StatusBadge status="blocked" />
              {mayChange ? <ClearBlockButton host={host.host} reason={host.blockedReason} /> : null}
            </span>
            <span className="max-w-64 text-xs wrap-anywhere text-ink-2">
              until <Time at={endOfBlock(host.blockedUntil)} absent="somebody clears it" />
              {host.blockedReason ? `: ${host.blockedReason}` : ''}
            </span>
          </span>
        ) : (
          <StatusBadge status="open" />
        )}
      </Td>
      {(['pending', 'in_progress', 'failed'] as const).map((status) => (
        <Td key={status} align="right">
          {totals[status] === 0 ? (
            <Num value={0} className="text-ink-3" />
          ) : (
            <Link href={itemsHref(host.host, status)} className="link">
              <Num value={totals[status]} />
            </Link>
          )}
        </Td>
      ))}
      <Td align="right" className="num">
        {host.paceMs === 0 ? (
          <None word="per source" />
        ) : (
          <span title={paceReasons(host)}>{formatDuration(host.paceMs)}</span>
        )}
        {host.paceMs > 0 ? (
          <span className="block text-xs text-ink-3">{paceReason(host)}</span>
        ) : null}
        {host.concurrency === null ? null : (
          <span className="block text-xs text-ink-3">{host.concurrency} at a time</span>
        )}
      </Td>
      <Td align="right" className="num">
        {host.latencyMs === null ? <None word="not known" /> : formatDuration(host.latencyMs)}
      </Td>
      <Td align="right">
        <Num value={host.requestsTotal} />
        {host.budget ? (
          <span className="block max-w-72 text-xs text-ink-3">{budgetWords(host.budget)}</span>
        ) : null}
      </Td>
      <Td align="right">
        <Num value={host.count429} className={host.count429 > 0 ? 'text-warn' : 'text-ink-3'} />
      </Td>
      <Td align="right">
        <Num value={host.count5xx} className={host.count5xx > 0 ? 'text-failed' : 'text-ink-3'} />
      </Td>
      <Td className="whitespace-nowrap">
        <span className="num mr-2 inline-block min-w-7">
          {host.lastStatus ?? <None word="no answer" />}
        </span>
        <Time at={host.lastRequestAt} />
        {host.consecutiveFailures > 0 ? (
          <span className="block text-xs text-failed">
            {formatCount(host.consecutiveFailures)} failed in a row
          </span>
        ) : null}
      </Td>
      {mayChange ? (
        <Td align="right">
          <span className="inline-flex items-center gap-1">
            {host.blockedUntil === null ? <BlockButton host={host.host} /> : null}
            <LimitsButton host={host.host} delayMs={host.delayMs} concurrency={host.concurrency} />
          </span>
        </Td>
      ) : null}
    </Tr>
  );
}
