'use client';
/** useEvents: the log of a run, from the page, from the stream that follows it, and from earlier pages. */
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useLive } from '#app/ui/live.tsx';
import { notifyError } from '#app/ui/toast.tsx';
import type { EventPage } from '#lib/events/list-events.ts';
import type { IngestEvent } from '#lib/events/model.ts';

/** Kept in the browser; older ones can be loaded again. */
const mostKept = 2_000;

type FollowState = 'following' | 'waiting' | 'off';

export function useEvents(runId: string, page: EventPage) {
  const { isOn } = useLive();
  const [received, setReceived] = useState<readonly IngestEvent[]>([]);
  const [earlier, setEarlier] = useState<EventPage | null>(null);
  const [state, setState] = useState<FollowState>('waiting');
  const [isLoading, setLoading] = useState(false);
  const events = useMemo(() => {
    const byId = new Map(
      [...page.events, ...received, ...(earlier?.events ?? [])].map((event) => [
        event.eventId,
        event,
      ]),
    );
    return [...byId.values()].sort((a, b) => b.eventId - a.eventId);
  }, [page.events, received, earlier]);
  const last = useRef(page.events[0]?.eventId ?? 0);
  const oldest = earlier?.searchedTo ?? page.searchedTo;

  useEffect(() => {
    if (!isOn) {
      setState('off');
      return;
    }
    return follow(runId, last, setState, (event) =>
      setReceived((before) => [event, ...before].slice(0, mostKept)),
    );
  }, [runId, isOn]);

  const loadEarlier = useCallback(async () => {
    setLoading(true);
    try {
      const response = await fetch(`/api/events?run=${runId}&before=${oldest ?? 0}`);
      const answer = await response.json();
      if (!response.ok) return notifyError(answer.error);
      // Our own route; its type is EventPage (app/api/events/route.ts).
      const found = answer as EventPage;
      setEarlier((before) => ({ ...found, events: [...(before?.events ?? []), ...found.events] }));
    } catch {
      notifyError({
        code: 'internal',
        message: 'The console did not answer.',
        remedy: 'Check that it runs, then try again.',
      });
    } finally {
      setLoading(false);
    }
  }, [runId, oldest]);

  return {
    events,
    state,
    hasEarlier: (earlier ?? page).more,
    isLoading,
    loadEarlier: () => void loadEarlier(),
  };
}

/** Follows the stream while the tab is seen; the browser itself connects again and says where it was. */
function follow(
  runId: string,
  /** The event that was got last. */
  last: RefObject<number>,
  onState: (state: FollowState) => void,
  onEvent: (event: IngestEvent) => void,
): () => void {
  let source: EventSource | null = null;
  const open = () => {
    source = new EventSource(`/api/events/stream?run=${runId}&after=${last.current}`);
    source.onopen = () => onState('following');
    source.onerror = () => onState('waiting');
    source.onmessage = ({ data, lastEventId }: MessageEvent<string>) => {
      last.current = Number(lastEventId);
      // Our own route; each message is an IngestEvent (app/api/events/stream/route.ts).
      onEvent(JSON.parse(data) as IngestEvent);
    };
  };
  const close = () => {
    source?.close();
    source = null;
  };
  const look = () => {
    if (document.hidden) close();
    else if (source === null) open();
  };
  look();
  document.addEventListener('visibilitychange', look);
  return () => {
    document.removeEventListener('visibilitychange', look);
    close();
  };
}
