/** What the page of a source shows beside its settings: what it does, how fresh it is, what is wrong, what comes next. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { isSeen, type Sight } from '#lib/actor/model.ts';
import { whySourceWaits } from '#lib/items/waiting/stands-still.ts';
import type { WaitingReason } from '#lib/items/waiting/waiting-reasons.ts';
import { readNow } from '#lib/now.ts';
import { countDue, dueSince } from '#lib/recrawl/due-queue.ts';
import { listRunsOfSource } from '#lib/runs/list-runs.ts';
import type { Run } from '#lib/runs/model.ts';
import { endingOutcomes } from '#lib/runs/run-progress.ts';
import { sourcesOfRun } from '#lib/runs/run-row.ts';
import type { Schedule } from '#lib/schedules/model.ts';
import { schedulesOfSource } from '#lib/schedules/of-source.ts';
import type { SourceSummary } from '#lib/sources/read-sources.ts';
import { attemptCounts } from './attempt-counts.ts';
import { readErrorClusters } from './error-clusters.ts';
import type { ErrorClusters, StaleShare } from './model.ts';
import { readLastDays, type SourceDay } from './source-days.ts';
import { type AskedHost, hostsOfSource } from './source-hosts.ts';
import { recentStaleShares } from './stale-shares.ts';

const mostDue = 10_000;
const shown = { clusters: 6, runs: 8, hosts: 12 };
const rateMinutes = 10;

export interface SourceRoom {
  readonly asOf: Instant;
  /** Why nothing is fetched; null while it moves or has nothing to fetch. */
  readonly waits: WaitingReason | null;
  /** Items that came to an end per minute, over the last ten whole minutes. */
  readonly perMinute: number;
  /** The last 30, oldest first. */
  readonly days: readonly SourceDay[];
  readonly freshness: Freshness;
  /** Of the last 7 days. */
  readonly failures: ErrorClusters;
  readonly runs: readonly Run[];
  readonly hosts: readonly AskedHost[];
  readonly schedules: readonly Schedule[];
}

/** The target of each item is the time for which its next fetch was planned. */
export interface Freshness {
  /** Items past their time. */
  readonly overdue: number;
  /** Counting stopped: there are more. */
  readonly isAtLeast: boolean;
  /** The longest overdue was to be fetched then. */
  readonly since: Instant | null;
  /** Items that were fetched and are to be kept fresh. */
  readonly of: number;
  /** Not fetched for 30 days. */
  readonly stale: StaleShare | undefined;
}

export const staleAfterDays = 30;

/** Each part reads a bounded number of rows, whatever the source has. */
export async function readSourceRoom(
  session: Session,
  source: SourceSummary,
  sight: Sight = null,
): Promise<SourceRoom> {
  const asOf = await readNow(session);
  return {
    asOf,
    waits: await whySourceWaits(session, source),
    perMinute: await readRate(session, source.name, asOf),
    days: await readLastDays(session, source, asOf),
    freshness: await readFreshness(session, source, asOf),
    failures: await readErrorClusters(session, '7d', asOf, {
      most: shown.clusters,
      sight: [source.name],
    }),
    runs: (await listRunsOfSource(session, source.name, shown.runs)).filter((run) =>
      isSeen(sight, sourcesOfRun(run)),
    ),
    hosts: await hostsOfSource(session, source, shown.hosts),
    schedules: await schedulesOfSource(session, source.name, sight),
  };
}

async function readRate(session: Session, name: string, asOf: Instant): Promise<number> {
  const minute = Math.floor(Date.parse(asOf) / 60_000) * 60_000;
  const from = new Date(minute - rateMinutes * 60_000).toISOString();
  const counts = await attemptCounts(session, from, 'minute', [name]);
  const row = await counts
    .select(sql<number | null>`sum(attempts)`.as('attempts'))
    .where('outcome', 'in', endingOutcomes)
    .where('at', '<', session.engine.instantParam(new Date(minute).toISOString()))
    .executeTakeFirstOrThrow();
  return Number(row.attempts ?? 0) / rateMinutes;
}

async function readFreshness(
  session: Session,
  source: SourceSummary,
  asOf: Instant,
): Promise<Freshness> {
  const due = await countDue(session, source, asOf, mostDue);
  const overdue = due.reduce((sum, { count }) => sum + count, 0);
  const { type, name, counts } = source;
  const report = await recentStaleShares(
    session,
    [{ sourceSystem: type, sourceName: name, totals: counts }],
    staleAfterDays,
  );
  return {
    overdue,
    isAtLeast: overdue === mostDue,
    since: overdue === 0 ? null : await dueSince(session, source, asOf),
    of: counts.completed,
    stale: report.shares[0],
  };
}
