'use client';
/** What happened in a run, newest first: who controlled it, retries, failures, rescues. New events are added as they come. */
import { CircleCheck, CircleX, Info, type LucideIcon, TriangleAlert } from 'lucide-react';
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { cx } from '#app/ui/cx.ts';
import { Link } from '#app/ui/link.tsx';
import { useLive } from '#app/ui/live.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { Time } from '#app/ui/time.tsx';
import { notifyError } from '#app/ui/toast.tsx';
import type { EventPage } from '#lib/events/list-events.ts';
import type { EventLevel, IngestEvent } from '#lib/events/model.ts';

const looks: Readonly<Record<EventLevel, { icon: LucideIcon; word: string; color: string }>> = {
  info: { icon: Info, word: 'Information', color: 'text-ink-3' },
  warn: { icon: TriangleAlert, word: 'Warning', color: 'text-warn' },
  error: { icon: CircleX, word: 'Error', color: 'text-failed' },
};

const kindsInWords: Readonly<Record<string, string>> = {
  'item.claimed': 'Claimed',
  'item.retried': 'Will be retried',
  'item.failed': 'Failed',
  'item.missing': 'Missing',
  'item.rescued': 'Rescued from a lost worker',
  'items.left_out': 'Left out',
};

const views = [
  { id: 'all', label: 'All', levels: ['info', 'warn', 'error'] },
  { id: 'warnings', label: 'Warnings and errors', levels: ['warn', 'error'] },
  { id: 'errors', label: 'Errors', levels: ['error'] },
] as const satisfies readonly { id: string; label: string; levels: readonly EventLevel[] }[];

const following = {
  following: 'New events appear automatically.',
  waiting: 'Reconnecting …',
  off: 'Live is off.',
} as const;

export function RunLog({ runId, page }: { readonly runId: string; readonly page: EventPage }) {
  const [view, setView] = useState<(typeof views)[number]>(views[0]);
  const { events, state, hasEarlier, isLoading, loadEarlier } = useEvents(runId, page);
  const shown = events.filter(({ level }) => view.levels.some((one) => one === level));
  return (
    <Section
      title="Log"
      isFlush
      aside={
        <fieldset className="flex gap-1">
          <legend className="sr-only">Shown</legend>
          {views.map((one) => (
            <Button
              key={one.id}
              size="sm"
              variant={one.id === view.id ? 'secondary' : 'quiet'}
              aria-pressed={one.id === view.id}
              onPress={() => setView(one)}
            >
              {one.label}
            </Button>
          ))}
        </fieldset>
      }
    >
      {shown.length === 0 ? (
        <p className="p-3 text-sm text-ink-3">
          {events.length === 0
            ? 'This run has no events; events are kept for 30 days.'
            : 'None among the events loaded so far.'}
        </p>
      ) : (
        <ol className="max-h-[32rem] divide-y overflow-y-auto" aria-label="Events, newest first">
          {shown.map((event) => (
            <Entry key={event.eventId} event={event} />
          ))}
        </ol>
      )}
      <div className="flex items-center justify-between gap-2 border-t px-3 py-2 text-xs text-ink-3">
        <span role="status">{following[state]}</span>
        {hasEarlier ? (
          <Button size="sm" isPending={isLoading} onPress={loadEarlier}>
            Show earlier
          </Button>
        ) : null}
      </div>
    </Section>
  );
}

function Entry({ event }: { readonly event: IngestEvent }) {
  const {
    icon: Icon,
    word,
    color,
  } = event.kind === 'run.completed'
    ? { icon: CircleCheck, word: 'Done', color: 'text-done' }
    : looks[event.level];
  const kind = kindsInWords[event.kind];
  return (
    <li className="flex items-start gap-2.5 px-3 py-2 text-sm">
      <Icon aria-label={word} className={cx('mt-0.5 size-4 shrink-0', color)} />
      <span className="min-w-0 flex-1 wrap-anywhere">
        {kind ? <span className="font-medium">{kind}: </span> : null}
        {event.message}
        {event.workItemId ? (
          <>
            {' '}
            <Link href={`/work-items/${event.workItemId}`} className="link whitespace-nowrap">
              Open the item
            </Link>
          </>
        ) : null}
      </span>
      <span className="shrink-0 text-xs text-ink-3">
        <Time at={event.at} />
      </span>
    </li>
  );
}

/** Kept in the browser; older ones can be loaded again. */
const mostKept = 2_000;

type FollowState = 'following' | 'waiting' | 'off';

/** The log of a run, from the page, from the stream that follows it, and from earlier pages. */
function useEvents(runId: string, page: EventPage) {
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

/** Follows the stream while the tab is visible; the browser reconnects by itself, from the last event it got. */
function follow(
  runId: string,
  /** Id of the last event received. */
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
