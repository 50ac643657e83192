/** What happened in a run, newest first: who steered it, retries, failures, rescues. */
import { CircleCheck, CircleX, Info, type LucideIcon, TriangleAlert } from 'lucide-react';
import { cx } from '#app/ui/cx.ts';
import { Link } from '#app/ui/link.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { Time } from '#app/ui/time.tsx';
import type { EventPage } from '#lib/events/list-events.ts';
import type { EventLevel, IngestEvent } from '#lib/events/model.ts';

const looks: Readonly<Record<EventLevel, { icon: LucideIcon; word: string; color: string }>> = {
  info: { icon: Info, word: 'For information', color: 'text-ink-3' },
  warn: { icon: TriangleAlert, word: 'Warning', color: 'text-warn' },
  error: { icon: CircleX, word: 'Error', color: 'text-failed' },
};

const kindsInWords: Readonly<Record<string, string>> = {
  'item.retried': 'Tried again later',
  'item.failed': 'Failed',
  'item.rescued': 'Taken back from a silent worker',
};

export function RunLog({ page }: { readonly page: EventPage }) {
  return (
    <Section title="Log" isFlush>
      {page.events.length === 0 ? (
        <p className="p-3 text-sm text-ink-3">
          Nothing is told of this run; events are kept for 30 days.
        </p>
      ) : (
        <>
          <ol className="divide-y">
            {page.events.map((event) => (
              <Entry key={event.eventId} event={event} />
            ))}
          </ol>
          {page.more ? (
            <p className="border-t p-3 text-xs text-ink-3">Earlier events are not shown.</p>
          ) : null}
        </>
      )}
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
