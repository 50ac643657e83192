'use client';
/** What happened in a run, newest first: who steered it, retries, failures, rescues. New events come in. */
import { CircleCheck, CircleX, Info, type LucideIcon, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { cx } from '#app/ui/cx.ts';
import { Link } from '#app/ui/link.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { Time } from '#app/ui/time.tsx';
import type { EventPage } from '#lib/events/list-events.ts';
import type { EventLevel, IngestEvent } from '#lib/events/model.ts';
import { useEvents } from './use-events.ts';

const looks: Readonly<Record<EventLevel, { icon: LucideIcon; word: string; color: string }>> = {
  info: { icon: Info, word: 'For information', color: 'text-ink-3' },
  warn: { icon: TriangleAlert, word: 'Warning', color: 'text-warn' },
  error: { icon: CircleX, word: 'Error', color: 'text-failed' },
};

const kindsInWords: Readonly<Record<string, string>> = {
  'item.claimed': 'Claimed',
  'item.retried': 'Tried again later',
  'item.failed': 'Failed',
  'item.gone': 'No longer there',
  'item.rescued': 'Taken back from a silent worker',
};

const views = [
  { id: 'all', label: 'All', levels: ['info', 'warn', 'error'] },
  { id: 'trouble', label: 'Warnings and errors', levels: ['warn', 'error'] },
  { id: 'errors', label: 'Errors', levels: ['error'] },
] as const satisfies readonly { id: string; label: string; levels: readonly EventLevel[] }[];

const following = {
  following: 'New events appear by themselves.',
  waiting: 'Connecting again …',
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
            ? 'Nothing is told of this run; events are kept for 30 days.'
            : 'None of the events shown so far.'}
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
              {event.sourceName ?? 'item'}
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
