/** Whether everything is stopped: by whom, why and until when. */
import type { Selectable } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Instant, StopsTable } from '#db/schema.ts';

export interface Stop {
  readonly stopId: string;
  readonly reason: string;
  /** What becomes of items in progress: they are finished, or released to the queue. */
  readonly inFlight: 'finish' | 'release';
  readonly stoppedBy: string;
  readonly stoppedAt: Instant;
  /** Null = until a person goes on. */
  readonly until: Instant | null;
}

/** Those that hold now, by the database's clock; mostly none, at most one. */
export const stopsInForce = ({ q, engine }: Session) =>
  q
    .selectFrom('stops')
    .select('stop_id')
    .where('ended_at', 'is', null)
    .where((eb) => eb.or([eb('until', 'is', null), eb('until', '>', engine.now())]));

/** The stop that holds now; null when work goes on. */
export async function readStop(session: Session): Promise<Stop | null> {
  const latest = stopsInForce(session)
    .clearSelect()
    .selectAll()
    .orderBy('stopped_at', 'desc')
    .orderBy('stop_id', 'desc');
  const row = await session.engine.take(latest, 1).executeTakeFirst();
  return row === undefined ? null : stopOf(row);
}

/**
 * Of the latest stop, when work went on after it; null = nothing was ever stopped, `not yet` = the stop holds.
 * @param now of the database
 */
export async function readResumption(
  { q, engine }: Session,
  now: Instant,
): Promise<Instant | 'not yet' | null> {
  const latest = q
    .selectFrom('stops')
    .select(['ended_at', 'until'])
    .orderBy('stopped_at', 'desc')
    .orderBy('stop_id', 'desc');
  const row = await engine.take(latest, 1).executeTakeFirst();
  if (row === undefined) return null;
  const end = row.ended_at ?? row.until;
  return end === null || end > now ? 'not yet' : end;
}

const stopOf = (row: Selectable<StopsTable>): Stop => ({
  stopId: row.stop_id,
  reason: row.reason,
  inFlight: row.in_flight,
  stoppedBy: row.stopped_by,
  stoppedAt: row.stopped_at,
  until: row.until,
});

/** "ana@example.org stopped everything: the host complains. It goes on at 2026-11-30 12:00 UTC." */
export function stopSentence({ stoppedBy, reason, until }: Stop): string {
  const end =
    until === null
      ? 'It goes on when a person says so.'
      : `It goes on at ${until.slice(0, 16).replace('T', ' ')} UTC.`;
  return `${stoppedBy} stopped everything: ${reason.replace(/[.!?\s]+$/, '')}. ${end}`;
}
