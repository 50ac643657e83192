/** What hosts answered, hour by hour: a row for each hour in which a host was sent a request, kept for five weeks. */
import { sql } from 'kysely';
import type { Db, Session } from '#db/engine.ts';
import { type HostHourNumber, hostHourNumbers, type Instant } from '#db/schema.ts';

const hourMs = 3_600_000;
const keptMs = 35 * 24 * hourMs;

export interface HostHour extends Readonly<Record<HostHourNumber, number>> {
  /** Its beginning, UTC. */
  readonly hour: Instant;
}

/** Adds what one response showed. Whoever calls it has locked the row of the host. */
export async function addToHostHour(
  { q, engine }: Session,
  host: string,
  by: Readonly<Record<HostHourNumber, number>>,
): Promise<void> {
  const hour = engine.truncate(engine.now(), 'hour');
  const plus = (name: HostHourNumber) => sql<number>`${sql.ref(name)} + ${by[name]}`;
  const result = await q
    .updateTable('host_hours')
    .set({
      requests: plus('requests'),
      count_429: plus('count_429'),
      count_5xx: plus('count_5xx'),
      failed: plus('failed'),
    })
    .where('host', '=', host)
    .where('hour', '=', hour)
    .executeTakeFirst();
  if (Number(result.numUpdatedRows) > 0) return;
  await q
    .insertInto('host_hours')
    .values({ host, hour, ...by })
    .execute();
}

/** The last `hours` hours of a host, the present one among them, oldest first. */
export async function readHostHours(
  { q, engine }: Session,
  host: string,
  now: Instant,
  hours: number,
): Promise<HostHour[]> {
  const last = Math.floor(Date.parse(now) / hourMs) * hourMs;
  const first = last - (hours - 1) * hourMs;
  const rows = await q
    .selectFrom('host_hours')
    .select(['hour', ...hostHourNumbers])
    .where('host', '=', host)
    .where('hour', '>=', engine.instantParam(new Date(first).toISOString()))
    .execute();
  const known = new Map(rows.map((row) => [row.hour, row]));
  return Array.from({ length: hours }, (_, at) => {
    const hour = new Date(first + at * hourMs).toISOString();
    return { requests: 0, count_429: 0, count_5xx: 0, failed: 0, ...known.get(hour), hour };
  });
}

export async function purgeOldHostHours({ q, engine }: Db): Promise<void> {
  await q.deleteFrom('host_hours').where('hour', '<', engine.nowPlus(-keptMs)).execute();
}
