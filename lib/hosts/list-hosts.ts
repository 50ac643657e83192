/** The hosts that were asked, those that told us to wait first. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { type Budget, parseBudget } from './budget.ts';

export interface Host {
  readonly host: string;
  /** Null when no block is in force. */
  readonly blockedUntil: Instant | null;
  readonly blockedReason: string | null;
  /** Operator's delay between two requests, ms; null = that of each source. */
  readonly delayMs: number | null;
  /** Least time between two requests to it, ms, whoever asks; 0 = as each source says. See `paceOf`. */
  readonly paceMs: number;
  /** When its robots.txt was read, and the status then: null = never; status null = unreachable. */
  readonly robots: { readonly status: number | null; readonly readAt: Instant } | null;
  /** What its robots.txt asks for, ms. */
  readonly robotsDelayMs: number | null;
  /** By how much its slowness slows us down, ms. */
  readonly adaptiveDelayMs: number;
  /** Smoothed time to the first byte, ms. */
  readonly latencyMs: number | null;
  /** Requests it may have with it at the same moment; null = as many as the workers send. */
  readonly concurrency: number | null;
  /** What it said last of our budget there. */
  readonly budget: Budget | null;
  readonly consecutiveFailures: number;
  readonly requestsTotal: number;
  readonly count429: number;
  readonly count5xx: number;
  readonly lastStatus: number | null;
  readonly last429At: Instant | null;
  readonly lastRequestAt: Instant | null;
}

/** Keeps the page's cost bounded; a crawl of more hosts shows those in trouble and the latest. */
export const mostHostsListed = 300;

/** Blocked ones by the end of their block, then the rest by their last request; 300 at most. */
export async function listHosts(session: Session): Promise<Host[]> {
  const { engine } = session;
  const base = session.q
    .selectFrom('hosts')
    .select([
      'host',
      'blocked_until',
      'blocked_reason',
      'delay_ms',
      'pace_ms',
      'robots_delay_ms',
      'adaptive_delay_ms',
      'latency_ms',
      'budget',
      'concurrency',
      'robots_status',
      'robots_fetched_at',
      'consecutive_failures',
      'requests_total',
      'count_429',
      'count_5xx',
      'last_status',
      'last_429_at',
      'last_request_at',
    ]);
  const isBlocked = sql<boolean>`blocked_until is not null and blocked_until > ${engine.now()}`;
  const blocked = await engine
    .take(base.where(isBlocked).orderBy('blocked_until').orderBy('host'), mostHostsListed)
    .execute();
  const others = await engine
    .take(
      base
        .where(sql<boolean>`not (${isBlocked}) or blocked_until is null`)
        .orderBy('last_request_at', 'desc')
        .orderBy('host'),
      mostHostsListed - blocked.length || 1,
    )
    .execute();
  const toHost = (row: (typeof blocked)[number], inForce: boolean): Host => ({
    host: row.host,
    blockedUntil: inForce ? row.blocked_until : null,
    blockedReason: inForce ? row.blocked_reason : null,
    delayMs: row.delay_ms,
    paceMs: row.pace_ms,
    robotsDelayMs: row.robots_delay_ms,
    adaptiveDelayMs: row.adaptive_delay_ms,
    latencyMs: row.latency_ms,
    budget: parseBudget(row.budget),
    concurrency: row.concurrency,
    robots:
      row.robots_fetched_at === null
        ? null
        : { status: row.robots_status, readAt: row.robots_fetched_at },
    consecutiveFailures: row.consecutive_failures,
    requestsTotal: row.requests_total,
    count429: row.count_429,
    count5xx: row.count_5xx,
    lastStatus: row.last_status,
    last429At: row.last_429_at,
    lastRequestAt: row.last_request_at,
  });
  return [
    ...blocked.map((row) => toHost(row, true)),
    ...others.map((row) => toHost(row, false)),
  ].slice(0, mostHostsListed);
}
