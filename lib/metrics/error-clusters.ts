/** Failures of a window, grouped by what went wrong: code, HTTP status and host. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { AttemptOutcome, Instant } from '#db/schema.ts';
import type { Sight } from '#lib/actor/model.ts';
import { attemptCounts, startOfWindow, unitsOfWindow, windowUnits } from './attempt-counts.ts';
import type { ErrorCluster, ErrorClusters, ErrorExample, ThroughputWindow } from './model.ts';

const queryTimeoutMs = 3_000;
const mostShown = 30;
/** A link that leads nowhere is skipped, and no trouble. */
const troubles: readonly AttemptOutcome[] = ['failed', 'retry', 'expired'];

type Key = Pick<ErrorCluster, 'code' | 'httpStatus' | 'host'>;
const keyOf = ({ code, httpStatus, host }: Key) => JSON.stringify([code, httpStatus, host]);

/**
 * The clusters with the most failed attempts, the largest first; see `attemptCounts` for the cost.
 * @param most 1..30
 * @param sight those of which sources
 * @throws DatabaseError `db_statement_timeout` after 3 s
 */
export async function readErrorClusters(
  session: Session,
  window: ThroughputWindow,
  asOf: Instant,
  { most = mostShown, sight = null }: { readonly most?: number; readonly sight?: Sight } = {},
): Promise<ErrorClusters> {
  const from = startOfWindow(asOf, window);
  return session.engine.withTimeout(session, queryTimeoutMs, async (s) => {
    const found = await largest(s, window, from, most + 1, sight);
    const shown = found.slice(0, most);
    const series = await seriesOf(s, { window, from, asOf, sight }, shown);
    const examples = await examplesOf(s, shown);
    return {
      window,
      asOf,
      from,
      clusters: shown.map(({ lastAttemptId, ...cluster }) => ({
        ...cluster,
        series: series.get(keyOf(cluster)) ?? [],
        example: examples.get(lastAttemptId) ?? null,
      })),
      more: found.length > most,
    };
  });
}

type Found = Omit<ErrorCluster, 'series' | 'example'> & { readonly lastAttemptId: string };

async function largest(
  s: Session,
  window: ThroughputWindow,
  from: Instant,
  most: number,
  sight: Sight,
): Promise<Found[]> {
  const query = (await attemptCounts(s, from, windowUnits[window].unit, sight))
    .select((eb) => [
      'error_code',
      'http_status',
      'host',
      sql<string>`min(source_name)`.as('first_source'),
      sql<string>`max(source_name)`.as('last_source'),
      eb.fn.sum<number>('attempts').as('attempts'),
      sql<number>`sum(case when outcome = ${sql.lit('failed')} then attempts else 0 end)`.as(
        'failed',
      ),
      eb.fn.max('last_at').as('last_at'),
      eb.fn.max('last_attempt_id').as('last_attempt_id'),
    ])
    .where('error_code', 'is not', null)
    .where('outcome', 'in', troubles)
    .groupBy(['error_code', 'http_status', 'host'])
    .orderBy('attempts', 'desc')
    .orderBy('error_code')
    .orderBy('host')
    .orderBy('http_status');
  const rows = await s.engine.take(query, most).execute();
  return rows.map((row) => ({
    code: row.error_code ?? '',
    httpStatus: row.http_status,
    host: row.host,
    sourceName: row.first_source === row.last_source ? row.first_source : null,
    attempts: Number(row.attempts),
    failed: Number(row.failed),
    lastAt: row.last_at,
    lastAttemptId: row.last_attempt_id,
  }));
}

/** Attempts per unit of the window, for each cluster. */
async function seriesOf(
  s: Session,
  {
    window,
    from,
    asOf,
    sight,
  }: {
    readonly window: ThroughputWindow;
    readonly from: Instant;
    readonly asOf: Instant;
    readonly sight: Sight;
  },
  clusters: readonly Key[],
): Promise<Map<string, number[]>> {
  if (clusters.length === 0) return new Map();
  const rows = await (await attemptCounts(s, from, windowUnits[window].unit, sight))
    .select((eb) => [
      'at',
      'error_code',
      'http_status',
      'host',
      eb.fn.sum<number>('attempts').as('attempts'),
    ])
    .where('outcome', 'in', troubles)
    .where((eb) =>
      eb.or(
        clusters.map(({ code, httpStatus, host }) =>
          eb.and([
            eb('error_code', '=', code),
            httpStatus === null
              ? eb('http_status', 'is', null)
              : eb('http_status', '=', httpStatus),
            host === null ? eb('host', 'is', null) : eb('host', '=', host),
          ]),
        ),
      ),
    )
    .groupBy(['at', 'error_code', 'http_status', 'host'])
    .execute();
  const units = unitsOfWindow(asOf, window);
  const places = new Map(units.map((at, place) => [at, place]));
  const series = new Map(clusters.map((cluster) => [keyOf(cluster), units.map(() => 0)]));
  for (const row of rows) {
    const key = keyOf({ code: row.error_code ?? '', httpStatus: row.http_status, host: row.host });
    const place = places.get(row.at);
    const values = series.get(key);
    if (values && place !== undefined) values[place] = Number(row.attempts);
  }
  return series;
}

/** The newest attempt of each cluster; it may have been removed with its item. */
async function examplesOf(
  s: Session,
  clusters: readonly Found[],
): Promise<Map<string, ErrorExample>> {
  if (clusters.length === 0) return new Map();
  const rows = await s.q
    .selectFrom('work_item_attempts as attempt')
    .innerJoin('work_items as item', 'item.work_item_id', 'attempt.work_item_id')
    .select(['attempt_id', 'item.work_item_id', 'item.resource_id', 'attempt.error_message'])
    .where(
      'attempt_id',
      'in',
      clusters.map(({ lastAttemptId }) => lastAttemptId),
    )
    .execute();
  return new Map(
    rows.map((row) => [
      row.attempt_id,
      { workItemId: row.work_item_id, resourceId: row.resource_id, message: row.error_message },
    ]),
  );
}
