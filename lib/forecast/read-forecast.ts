/** Reads what the forecast is reckoned from, each part by bounded statements, and says what comes of it. */
import type { Session } from '#db/engine.ts';
import { endOfTime } from '#db/instant.ts';
import { type Instant, type WorkItemStatus, workItemStatuses } from '#db/schema.ts';
import { parseBudget } from '#lib/hosts/budget.ts';
import { readNow } from '#lib/now.ts';
import { getStats } from '#lib/queue/stats.ts';
import { readDue } from '#lib/recrawl/due-queue.ts';
import { nextTimes } from '#lib/schedules/cron.ts';
import type { Schedule } from '#lib/schedules/model.ts';
import { listSchedules } from '#lib/schedules/schedules.ts';
import { requestShare } from '#lib/source-types/registry.ts';
import { readStop } from '#lib/stops/read-stop.ts';
import { readWaiting, runsBefore } from './read-waiting.ts';
import {
  type Due,
  hourMs,
  type Launch,
  type Left,
  type Limit,
  type Occurrence,
  type ScheduleToCome,
  simulate,
} from './simulate.ts';

export const forecastHours = { '24h': 24, '7d': 168 } as const;
export type ForecastWindow = keyof typeof forecastHours;

/** Sources are looked at by how much they have; more are said to be left out. */
const mostSources = 50;
/** Items of a source that are read of what comes due. */
const mostDue = 2_000;
const mostHosts = 500;
const mostLaunchesOfSchedule = 300;
const mostLaunches = 3_000;

export interface ForecastLaunch extends Omit<Launch, 'inMs' | 'schedule'> {
  readonly scheduleId: string;
  readonly name: string;
  readonly at: Instant;
  /** How the number of items is known. */
  readonly basis: ScheduleToCome['takes'];
}

export interface ForecastHost {
  /** Null = of items without a host. */
  readonly host: string | null;
  /** By the hour, from `from`. */
  readonly requests: readonly number[];
  readonly total: number;
  readonly delayMs: number;
}

export interface ForecastSource {
  readonly name: string;
  /** Items that are due already, or come due in the time. */
  readonly due: number;
  /** More than were read. */
  readonly isAtLeast: boolean;
  /** Of them, those that no launch takes in the time. */
  readonly untaken: number;
  /** Whether any schedule takes what is due of it. */
  readonly isScheduled: boolean;
}

export interface Forecast {
  readonly from: Instant;
  readonly hours: number;
  readonly launches: readonly ForecastLaunch[];
  readonly hosts: readonly ForecastHost[];
  readonly sources: readonly ForecastSource[];
  readonly left: readonly Left[];
  /** Sources, hosts or launches that were not looked at, in words. */
  readonly leftOut: readonly string[];
}

export async function readForecast(session: Session, window: ForecastWindow): Promise<Forecast> {
  const now = await readNow(session);
  const hours = forecastHours[window];
  const until = new Date(Date.parse(now) + hours * hourMs).toISOString();
  const inMs = (at: Instant) => Date.parse(at) - Date.parse(now);
  const all = await readSources(session);
  const sources = all.slice(0, mostSources);
  const schedules = (await listSchedules(session)).filter(({ enabled }) => enabled);
  const { due, cut } = await readAllDue(session, sources, until, inMs);
  const before = await runsBefore(session, schedules);
  const toCome = schedules.map((one) => scheduleToCome(one, before));
  const occurrences = occurrencesOf(schedules, now, until, inMs);
  const waiting = await readWaiting(session, sources);
  const names = [...waiting, ...due, ...toCome.flatMap(({ asBefore }) => asBefore)];
  const hosts = await readHosts(
    session,
    [...new Set(names.flatMap(({ host }) => host ?? []))],
    now,
  );
  const stop = await readStop(session);
  const simulated = simulate({
    hours,
    waiting,
    due,
    schedules: toCome,
    occurrences: occurrences.taken,
    sources: new Map(all.map(({ name, limit }) => [name, limit])),
    hosts,
    stoppedForMs:
      stop === null ? 0 : stop.until === null ? Number.POSITIVE_INFINITY : inMs(stop.until),
  });
  const byId = new Map(schedules.map((one) => [one.scheduleId, one]));
  const basisOf = new Map(toCome.map(({ schedule, takes }) => [schedule, takes]));
  return {
    from: now,
    hours,
    launches: simulated.launches.map(({ schedule, inMs: after, items, launches }) => ({
      scheduleId: schedule,
      name: byId.get(schedule)?.name ?? schedule,
      at: new Date(Date.parse(now) + after).toISOString(),
      items,
      launches,
      basis: basisOf.get(schedule) ?? 'unknown',
    })),
    hosts: [...simulated.hosts]
      .map(([host, requests]) => ({
        host,
        requests,
        total: requests.reduce((sum, one) => sum + one, 0),
        delayMs: host === null ? 0 : (hosts.get(host)?.delayMs ?? 0),
      }))
      .toSorted((a, b) => b.total - a.total),
    sources: sources.flatMap(({ name }) => {
      const items = due.reduce((sum, one) => sum + (one.source === name ? one.items : 0), 0);
      return items === 0
        ? []
        : [
            {
              name,
              due: items,
              isAtLeast: cut.has(name),
              untaken: Math.min(items, simulated.untaken.get(name) ?? 0),
              isScheduled: toCome.some(
                ({ takes, sources: of }) =>
                  takes === 'due' && (of.length === 0 || of.includes(name)),
              ),
            },
          ];
    }),
    left: simulated.left.toSorted((a, b) => b.requests - a.requests),
    leftOut: [
      ...(all.length > mostSources ? [`${all.length - mostSources} sources with fewer items`] : []),
      ...(occurrences.isCut
        ? [`launches beyond the first ${mostLaunchesOfSchedule} of a schedule`]
        : []),
    ],
  };
}

interface KnownSource {
  readonly name: string;
  readonly type: string;
  readonly limit: Limit;
  readonly pending: number;
}

/** Those with the most items first. */
async function readSources(session: Session): Promise<KnownSource[]> {
  const rows = await session.q
    .selectFrom('sources')
    .select(['name', 'source_type', 'enabled', 'paused_at', 'rate_delay_ms'])
    .where('deleted_at', 'is', null)
    .execute();
  const byName = Map.groupBy((await getStats(session)).bySource, (one) => one.sourceName);
  const count = (name: string, statuses: readonly WorkItemStatus[]) =>
    (byName.get(name) ?? []).reduce(
      (sum, { byStatus }) => sum + statuses.reduce((of, status) => of + byStatus[status], 0),
      0,
    );
  return rows
    .map((row) => ({
      name: row.name,
      type: row.source_type,
      pending: count(row.name, ['pending']),
      all: count(row.name, workItemStatuses),
      limit: {
        delayMs: row.rate_delay_ms,
        closedForMs: row.enabled === 1 && row.paused_at === null ? 0 : Number.POSITIVE_INFINITY,
      },
    }))
    .toSorted((a, b) => b.all - a.all || a.name.localeCompare(b.name));
}

/** Alike ones together: of an hour, a host, an interval to the hour. */
async function readAllDue(
  session: Session,
  sources: readonly KnownSource[],
  until: Instant,
  inMs: (at: Instant) => number,
): Promise<{ readonly due: readonly Due[]; readonly cut: ReadonlySet<string> }> {
  const groups = new Map<string, Due>();
  const cut = new Set<string>();
  for (const source of sources) {
    const rows = await readDue(session, source, until, mostDue);
    if (rows.length === mostDue) cut.add(source.name);
    for (const row of rows) {
      if (row.next_fetch_at === null) continue;
      const every =
        row.last_fetched_at === null
          ? null
          : Math.max(
              1,
              Math.round((inMs(row.next_fetch_at) - inMs(row.last_fetched_at)) / hourMs),
            ) * hourMs;
      // At the end of its quarter of an hour, so that nothing is taken before it is due.
      const due = Math.ceil(inMs(row.next_fetch_at) / 900_000) * 900_000;
      const share = requestShare(source.type, row.resource_type);
      const key = JSON.stringify([source.name, row.host, due, every, share]);
      const group = groups.get(key);
      groups.set(key, {
        source: source.name,
        host: row.host,
        inMs: due,
        items: (group?.items ?? 0) + 1,
        share,
        everyMs: every,
      });
    }
  }
  return { due: [...groups.values()], cut };
}

function scheduleToCome(
  schedule: Schedule,
  before: Awaited<ReturnType<typeof runsBefore>>,
): ScheduleToCome {
  const { request, scheduleId } = schedule;
  const last = before.get(scheduleId);
  const takes = request?.due === true ? 'due' : last === undefined ? 'unknown' : 'as before';
  return {
    schedule: scheduleId,
    running: last?.running ?? null,
    sources: request?.sources ?? [],
    takes,
    asBefore: takes === 'as before' ? (last?.requests ?? []) : [],
    maxItems: request?.maxItems ?? null,
    maxRequests: request?.maxRequests ?? null,
  };
}

function occurrencesOf(
  schedules: readonly Schedule[],
  now: Instant,
  until: Instant,
  inMs: (at: Instant) => number,
): { readonly taken: readonly Occurrence[]; readonly isCut: boolean } {
  let isCut = false;
  const all = schedules.flatMap(({ scheduleId, cron, timezone, nextAt, request }) => {
    if (nextAt === null || nextAt > until || request === null) return [];
    // What is due already is launched at once.
    const first = nextAt < now ? now : nextAt;
    const times = [first, ...nextTimes(cron, timezone, first, mostLaunchesOfSchedule)];
    if (times.length > mostLaunchesOfSchedule && (times.at(-1) ?? until) <= until) isCut = true;
    return times
      .filter((at) => at <= until)
      .slice(0, mostLaunchesOfSchedule)
      .map((at) => ({ schedule: scheduleId, inMs: inMs(at) }));
  });
  const taken = all.toSorted((a, b) => a.inMs - b.inMs);
  return { taken: taken.slice(0, mostLaunches), isCut: isCut || taken.length > mostLaunches };
}

async function readHosts(
  { q, engine }: Session,
  names: readonly string[],
  now: Instant,
): Promise<ReadonlyMap<string, Limit>> {
  const rows = await q
    .selectFrom('hosts')
    .select(['host', 'pace_ms', 'blocked_until', 'budget', 'last_request_at'])
    .where('host', 'in', engine.listed(names.slice(0, mostHosts), 'exactly'))
    .execute();
  const inMs = (at: Instant) => Date.parse(at) - Date.parse(now);
  return new Map(
    rows.map((row) => {
      const budget = parseBudget(row.budget);
      const age = row.last_request_at === null ? 0 : -inMs(row.last_request_at);
      const resets =
        budget?.resets_in_s == null ? null : Math.round(budget.resets_in_s * 1_000) - age;
      const isRenewed = resets !== null && resets <= 0;
      return [
        row.host,
        {
          delayMs: row.pace_ms,
          closedForMs:
            row.blocked_until === null
              ? 0
              : row.blocked_until >= endOfTime
                ? Number.POSITIVE_INFINITY
                : Math.max(0, inMs(row.blocked_until)),
          budget:
            budget === null || budget.unit !== 'requests' || isRenewed
              ? null
              : { remaining: budget.remaining, limit: budget.limit, resetsInMs: resets },
        },
      ];
    }),
  );
}
