/** What an attempt shows about the host it asked. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { NewEvent } from '#lib/events/model.ts';
import type { JsonObject } from '#lib/json.ts';
import { answeringHost, latencyIn } from './attempt-facts.ts';
import { blockHost } from './blocks.ts';
import { budgetIn, spentForMs } from './budget.ts';
import { countsAgainstHost, type FailedPage, pagesIn, withPage } from './failing-pages.ts';
import { addToHostHour } from './host-hours.ts';
import { insertHost } from './insert-host.ts';
import {
  adaptiveDelay,
  breakerMs,
  calmLatencyMs,
  type HostPaceFacts,
  paceOf,
  smoothedLatency,
} from './pace.ts';

export interface HostResponse {
  /** Null when no response came. */
  readonly httpStatus: number | null;
  /** 0 = none of its own: another item's attempt has recorded the request. */
  readonly requests: number;
  /** The host itself is to blame (see `isHostFault`). */
  readonly hostFailed: boolean;
  /** How long the fleet should not ask this host, ms; null or 0 = no wait. */
  readonly blockMs: number | null;
  readonly reason: string | null;
  /** The page that failed; absent when the failure is the host's, whichever page was asked. */
  readonly page?: FailedPage | null;
  /** The attempt's facts: how long the host took, what it said of our budget. */
  readonly facts?: JsonObject | null;
}

/**
 * Updates the host's numbers and its pace, and blocks it for the whole fleet when it asked for that or
 * failed too often in a row. A shorter wait never shortens a longer one. No-op for items without a host
 * (types that never use the network). Returns the events to record at the end of the transaction.
 */
export async function recordHostResponse(
  tx: Session,
  host: string | null,
  response: HostResponse,
): Promise<readonly NewEvent[]> {
  if (host === null) return [];
  const there = answeringHost(response.facts ?? null) ?? host;
  if (there === host) return recordOne(tx, host, response);
  // A redirect led away: the response is the other host's, and so is its fault.
  const here = { httpStatus: null, hostFailed: false, blockMs: null, reason: null };
  return [
    ...(await recordOne(tx, host, { ...here, requests: Math.max(0, response.requests - 1) })),
    ...(await recordOne(tx, there, { ...response, requests: Math.min(1, response.requests) })),
  ];
}

async function recordOne(
  tx: Session,
  host: string,
  response: HostResponse,
): Promise<readonly NewEvent[]> {
  const counted = response.requests > 0 ? await count(tx, host, response) : null;
  const { blockMs, reason } = wishOf(response);
  const asked = blockMs === null || blockMs <= 0 ? [] : await blockHost(tx, host, blockMs, reason);
  if (counted?.isCounted === false) await addToHostHour(tx, host, hourOf(response));
  return [...(counted?.events ?? []), ...asked];
}

const isServerError = (httpStatus: number | null) => httpStatus !== null && httpStatus >= 500;

const hourOf = ({ httpStatus, requests, hostFailed }: HostResponse) => ({
  requests,
  count_429: httpStatus === 429 ? 1 : 0,
  count_5xx: isServerError(httpStatus) ? 1 : 0,
  failed: hostFailed && httpStatus !== 429 && !isServerError(httpStatus) ? 1 : 0,
});

/** How long it is to be left alone: as the attempt says, or until a limit that is used up is renewed. */
function wishOf({ blockMs, reason, facts, requests }: HostResponse) {
  const spentMs = requests > 0 ? spentForMs(budgetIn(facts ?? null)) : null;
  return spentMs !== null && spentMs > (blockMs ?? 0)
    ? { blockMs: spentMs, reason: 'it says that its limit of requests is used up' }
    : { blockMs, reason };
}

/** The same for responses of a host that gave what it was asked for: one statement, and no wait, while all is well. */
export async function recordGoodResponses(
  tx: Session,
  host: string | null,
  responses: readonly Pick<HostResponse, 'httpStatus' | 'requests' | 'facts'>[],
): Promise<void> {
  if (host === null) return;
  const good = responses
    .filter(({ requests }) => requests > 0)
    .map((response) => ({ ...response, hostFailed: false, blockMs: null, reason: null }));
  if (good.length === 0 || (await areCalm(tx, host, good))) return;
  // The first makes a host known that was not.
  const [first, ...others] = good;
  if (first) await recordHostResponse(tx, host, first);
  if (others.length === 0 || (await areCalm(tx, host, others))) return;
  for (const response of others) await recordHostResponse(tx, host, response);
}

const areCalm = async (
  tx: Session,
  host: string,
  responses: readonly HostResponse[],
): Promise<boolean> => responses.every(isPlain) && (await countCalm(tx, host, responses));

/**
 * One statement for a host that is well, which counts the hour as well; only one in trouble is looked at closely.
 */
async function count(
  tx: Session,
  host: string,
  response: HostResponse,
): Promise<{ readonly events: readonly NewEvent[]; readonly isCounted: boolean }> {
  const latencyMs = latencyIn(response.facts ?? null);
  if (isPlain(response) && (await countCalm(tx, host, [response]))) {
    return { events: [], isCounted: true };
  }
  // Takes the row's lock, so that what is read next is still true when it is written back.
  const known = await tx.q
    .updateTable('hosts')
    .set(tally(tx, response))
    .where('host', '=', host)
    .executeTakeFirst();
  if (Number(known.numUpdatedRows) === 0) await insert(tx, host, response);
  // Its latency, from which its pace is reckoned.
  else await tx.engine.rollUpHost(tx, host);
  return { events: await updatePace(tx, host, response, latencyMs), isCounted: false };
}

/** A response that shows nothing but that the host is well. */
function isPlain({ hostFailed, blockMs, httpStatus, facts }: HostResponse): boolean {
  if (hostFailed || (blockMs ?? 0) > 0 || httpStatus === null) return false;
  if (httpStatus === 429 || httpStatus >= 500) return false;
  if (spentForMs(budgetIn(facts ?? null)) !== null) return false;
  return (latencyIn(facts ?? null) ?? 0) <= calmLatencyMs;
}

/** False when the host is not known, or not known as one that is well. */
async function countCalm(
  tx: Session,
  host: string,
  responses: readonly HostResponse[],
): Promise<boolean> {
  // `smoothedLatency` again and again is a linear function of what was known before.
  let first: number | null = null;
  let share = 1;
  let rest = 0;
  for (const { facts } of responses) {
    const latencyMs = latencyIn(facts ?? null);
    if (latencyMs === null) continue;
    first = smoothedLatency(first, latencyMs);
    share *= 0.8;
    rest = rest * 0.8 + Math.round(latencyMs) * 0.2;
  }
  const budget = responses
    .map(({ facts }) => budgetIn(facts ?? null))
    .findLast((one) => one !== null);
  return tx.engine.addToHost(tx, {
    host,
    requests: responses.reduce((sum, { requests }) => sum + requests, 0),
    last_status: responses.at(-1)?.httpStatus ?? null,
    budget: budget === undefined ? null : JSON.stringify(budget),
    latency_first: first,
    latency_share: share,
    // What is whole must stay whole when the fraction is cut.
    latency_rest: rest + 1e-6,
  });
}

function tally({ engine }: Session, { httpStatus, requests, facts }: HostResponse) {
  const budget = budgetIn(facts ?? null);
  return {
    requests_total: sql<number>`requests_total + ${requests}`,
    last_request_at: engine.now(),
    updated_at: engine.now(),
    ...(httpStatus === null ? {} : { last_status: httpStatus }),
    ...(isServerError(httpStatus) ? { count_5xx: sql<number>`count_5xx + 1` } : {}),
    ...(httpStatus === 429
      ? { count_429: sql<number>`count_429 + 1`, last_429_at: engine.now() }
      : {}),
    ...(budget === null ? {} : { budget: JSON.stringify(budget) }),
  };
}

async function insert(tx: Session, host: string, response: HostResponse): Promise<void> {
  const { engine } = tx;
  const { httpStatus, requests } = response;
  const budget = budgetIn(response.facts ?? null);
  await insertHost(tx, host, {
    requests_total: requests,
    count_429: httpStatus === 429 ? 1 : 0,
    count_5xx: isServerError(httpStatus) ? 1 : 0,
    last_status: httpStatus,
    last_429_at: httpStatus === 429 ? engine.now() : null,
    last_request_at: engine.now(),
    budget: budget === null ? null : JSON.stringify(budget),
  });
}

/** Failures of distinct pages in a row, latency, slow-down and pace; and the breaker, which the row's failures may trip. */
async function updatePace(
  tx: Session,
  host: string,
  response: HostResponse,
  latencyMs: number | null,
): Promise<readonly NewEvent[]> {
  const { engine } = tx;
  const row = await tx.q
    .selectFrom('hosts')
    .select((eb) => [
      'delay_ms',
      'robots_delay_ms',
      'latency_ms',
      'adaptive_delay_ms',
      'consecutive_failures',
      'failing_pages',
      'last_good_at',
      engine.diffMs(engine.now(), eb.ref('blocked_until')).as('blocked_ms'),
    ])
    .where('host', '=', host)
    .executeTakeFirstOrThrow();
  const known = pagesIn(row.failing_pages);
  // Requests that were under way when the host was blocked repeat what is known.
  const saysMore =
    (row.blocked_ms ?? 0) <= 0 && countsAgainstHost(response.page ?? null, known, row.last_good_at);
  const failure = response.hostFailed && saysMore ? 1 : 0;
  const failing = failure === 1 ? withPage(known, response.page ?? null) : known;
  const consecutiveFailures = response.hostFailed ? row.consecutive_failures + failure : 0;
  const latency = latencyMs === null ? row.latency_ms : smoothedLatency(row.latency_ms, latencyMs);
  const pace: HostPaceFacts = {
    delayMs: row.delay_ms,
    robotsDelayMs: row.robots_delay_ms,
    latencyMs: latency,
    adaptiveDelayMs: adaptiveDelay(row.adaptive_delay_ms, latency, response.hostFailed),
    consecutiveFailures,
  };
  await tx.q
    .updateTable('hosts')
    .set({
      latency_ms: latency,
      adaptive_delay_ms: pace.adaptiveDelayMs,
      consecutive_failures: consecutiveFailures,
      failing_pages:
        consecutiveFailures === 0 || failing.length === 0 ? null : JSON.stringify(failing),
      ...(!response.hostFailed && response.httpStatus !== null
        ? { last_good_at: engine.now() }
        : {}),
      pace_ms: paceOf(pace),
    })
    .where('host', '=', host)
    .execute();
  const waitMs = failure === 1 ? breakerMs(consecutiveFailures) : null;
  if (waitMs === null) return [];
  const says = `${consecutiveFailures} requests in a row failed, the last with: ${response.reason ?? 'no reason given'}`;
  return blockHost(tx, host, waitMs, says.slice(0, 400));
}
