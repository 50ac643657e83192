/** Reading events: following them from a place, and looking back from the newest. */

import { setTimeout as pause } from 'node:timers/promises';
import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import type { Session } from '#db/engine.ts';
import type { EventsTable } from '#db/schema.ts';
import type { Sight } from '#lib/actor/model.ts';
import { objectFromText } from '#lib/json.ts';
import { ofSources } from '#lib/paging/of-sight.ts';
import { type EventKind, eventLevels, type IngestEvent } from './model.ts';

const mostEvents = 500;
/** Rows looked at by one call, however few of them are of the kinds asked for. */
const searchedAtOnce = 5_000;

interface EventScope {
  readonly runId?: string | undefined;
  /** Only what is of these sources; absent or null = all events. */
  readonly sight?: Sight;
  /** Absent or empty = all kinds. */
  readonly kinds?: readonly EventKind[] | undefined;
  /** 1..500, default 100. */
  readonly limit?: number | undefined;
}

export interface FollowEventsQuery extends EventScope {
  /** The `eventId` (or `searchedTo`) read last; default from the oldest kept. */
  readonly after?: number | undefined;
}

export interface PastEventsQuery extends EventScope {
  /** Only events before this `eventId`; default from the newest. */
  readonly before?: number | undefined;
}

export interface EventPage {
  readonly events: readonly IngestEvent[];
  /**
   * Where to go on: as `after` of the next call, or as `before` when looking back. Null = nothing was
   * there. It is beyond the last event where rows of other kinds were passed over.
   */
  readonly searchedTo: number | null;
  /** The next call will find rows at once. */
  readonly more: boolean;
}

/**
 * Events after a place, oldest first. Each call searches at most 5,000 rows, so with rare kinds a page
 * may be empty and still have `more`. Nothing becomes visible before a place that was read: an event whose id comes
 * after one that may still commit is read once that is settled.
 */
export function listEvents(s: Session, query: FollowEventsQuery = {}): Promise<EventPage> {
  return readEvents(s, query, 'asc', query.after);
}

/** Events before a place, newest first; else as `listEvents`. */
export function latestEvents(s: Session, query: PastEventsQuery = {}): Promise<EventPage> {
  return readEvents(s, query, 'desc', query.before);
}

async function readEvents(
  s: Session,
  query: EventScope,
  direction: 'asc' | 'desc',
  place: number | undefined,
): Promise<EventPage> {
  const limit = Math.max(1, Math.min(query.limit ?? 100, mostEvents));
  // Looking back goes on from what was settled when it began.
  const isSettled = direction === 'desc' && place !== undefined;
  const last = isSettled ? null : await s.engine.lastSettledEvent(s, place ?? 0);
  const path = { runId: query.runId, direction, place, last } as const;
  const walk = walkAlong(s, path);
  const { kinds = [], sight = null } = query;
  if (kinds.length === 0 && sight === null) {
    const rows = await s.engine.take(walk.selectAll(), limit + 1).execute();
    return pageOf(rows.slice(0, limit), null, rows.length > limit);
  }
  // The end first: what is written during the search lies beyond it, and is not passed over.
  const end = await endOfSearch(s, path);
  if (end === null) return pageOf([], null, false);
  const within = walk
    .selectAll()
    .where('event_id', direction === 'asc' ? '<=' : '>=', end.eventId)
    .$if(kinds.length > 0, (some) => some.where('kind', 'in', s.engine.listed(kinds)))
    .$if(sight !== null, (some) =>
      some.where(ofSources(s.engine, sql.ref('source_name'), sight ?? [])),
    );
  const found = await s.engine.take(within, limit + 1).execute();
  return found.length > limit
    ? pageOf(found.slice(0, limit), null, true)
    : pageOf(found, end.eventId, end.more);
}

interface Path {
  readonly runId: string | undefined;
  readonly direction: 'asc' | 'desc';
  /** Where it begins, exclusive. */
  readonly place: number | undefined;
  /** Nothing after it may be read yet; null = everything may. */
  readonly last: number | null;
}

function walkAlong(s: Session, { runId, direction, place, last }: Path) {
  let walk = s.q.selectFrom('events').orderBy('event_id', direction);
  if (runId !== undefined) walk = walk.where('run_id', '=', runId);
  if (place !== undefined) walk = walk.where('event_id', direction === 'asc' ? '>' : '<', place);
  if (last !== null) walk = walk.where('event_id', '<=', last);
  return walk;
}

/** The last row that one call may look at; null when there is none. */
async function endOfSearch(
  s: Session,
  path: Path,
): Promise<{ readonly eventId: number; readonly more: boolean } | null> {
  const ids = walkAlong(s, path).select('event_id');
  const bound = await s.engine.nth(ids, searchedAtOnce - 1).executeTakeFirst();
  if (bound) return { eventId: Number(bound.event_id), more: true };
  const opposite = path.direction === 'asc' ? 'desc' : 'asc';
  const backwards = ids.clearOrderBy().orderBy('event_id', opposite);
  const last = await s.engine.take(backwards, 1).executeTakeFirst();
  return last ? { eventId: Number(last.event_id), more: false } : null;
}

type EventRow = Selectable<EventsTable>;

function pageOf(rows: readonly EventRow[], searchedTo: number | null, more: boolean): EventPage {
  const events = rows.map(eventFromRow);
  return { events, searchedTo: searchedTo ?? events.at(-1)?.eventId ?? null, more };
}

const levelSchema = z.enum(eventLevels).catch('info');

const eventFromRow = (row: EventRow): IngestEvent => ({
  eventId: Number(row.event_id),
  at: row.at,
  kind: row.kind,
  level: levelSchema.parse(row.level),
  message: row.message,
  runId: row.run_id,
  sourceName: row.source_name,
  workItemId: row.work_item_id,
  workerId: row.worker_id,
  host: row.host,
  data: objectFromText(row.data),
});

export interface FollowOptions extends FollowEventsQuery {
  readonly signal: AbortSignal;
  /** How soon to look again where nothing came, ms. Default 1,000. */
  readonly everyMs?: number;
}

/**
 * Yields the events after a place, oldest first, as they become visible; an empty list each time that
 * there was nothing new. Ends when `signal` is aborted.
 */
export async function* followEvents(
  s: Session,
  { signal, everyMs = 1_000, ...query }: FollowOptions,
): AsyncGenerator<readonly IngestEvent[], void, undefined> {
  let after = query.after;
  while (!signal.aborted) {
    const page = await listEvents(s, { ...query, after });
    after = page.searchedTo ?? after;
    yield page.events;
    if (page.more) continue;
    await pause(everyMs, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}
