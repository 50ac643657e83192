/** How a host is asked and what it answered, in words. */
import { formatDuration } from '#app/ui/num.tsx';
import type { Host } from '#lib/hosts/list-hosts.ts';

/** Why the host is asked no more often, the decisive reason. */
export function paceReason({ paceMs, delayMs, robotsDelayMs, adaptiveDelayMs }: Host): string {
  if (delayMs === paceMs) return 'set here';
  if (robotsDelayMs === paceMs) return 'robots.txt';
  return adaptiveDelayMs === paceMs ? 'slow responses' : 'one probe at a time';
}

export function paceReasons({ delayMs, robotsDelayMs, adaptiveDelayMs }: Host): string {
  const parts = [
    delayMs === null ? '' : `set here: ${formatDuration(delayMs)}`,
    robotsDelayMs === null ? '' : `robots.txt: ${formatDuration(robotsDelayMs)}`,
    adaptiveDelayMs === 0 ? '' : `slowed down by its latency: ${formatDuration(adaptiveDelayMs)}`,
  ];
  return parts.filter((part) => part !== '').join('; ');
}

/** What a robots.txt of this status means (RFC 9309, 2.3.1). */
export function robotsWords(status: number | null): string {
  if (status === null) return 'robots.txt unreachable: nothing is fetched';
  if (status >= 200 && status < 300) return 'robots.txt obeyed';
  return status >= 400 && status < 500
    ? `no robots.txt (${status}): all is allowed`
    : `robots.txt answers ${status}: nothing is fetched`;
}

export function budgetWords({ remaining, limit, unit }: NonNullable<Host['budget']>): string {
  const amount = (value: number) =>
    unit === 'usd' ? `$${value.toLocaleString('en-US')}` : value.toLocaleString('en-US');
  return `${amount(remaining)}${limit === null ? '' : ` of ${amount(limit)}`} left`;
}

export const itemsHref = (host: string, status?: string) =>
  `/work-items?${new URLSearchParams({ host, ...(status && { status }) })}`;

export const hostHref = (host: string) => `/hosts/${encodeURIComponent(host)}`;
