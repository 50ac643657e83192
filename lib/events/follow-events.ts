/** Following events as they come: what the console's log streams to a browser. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Session } from '#db/engine.ts';
import { type FollowEventsQuery, listEvents } from './list-events.ts';
import type { IngestEvent } from './model.ts';

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
