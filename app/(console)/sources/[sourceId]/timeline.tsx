/** Timeline: revisions, comments, pauses, runs and other changes of a source in one order, newest first. */
import {
  Flag,
  type LucideIcon,
  MessageSquare,
  Pause,
  Pencil,
  Play,
  RotateCw,
  ScrollText,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { RunStatusBadge } from '#app/_shared/run-words.tsx';
import { Foreign } from '#app/ui/foreign-text.tsx';
import { Link } from '#app/ui/link.tsx';
import { countOf } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { Time } from '#app/ui/time.tsx';
import type { TimelineEntry } from '#lib/metrics/source-timeline.ts';
import { ChangeList } from './revisions.tsx';

const icons: Readonly<Record<TimelineEntry['kind'], LucideIcon>> = {
  revision: Pencil,
  comment: MessageSquare,
  pause: Pause,
  resume: RotateCw,
  change: ScrollText,
  launch: Play,
  end: Flag,
};

export function Timeline({
  sourceId,
  entries,
  form,
}: {
  readonly sourceId: string;
  readonly entries: readonly TimelineEntry[];
  /** For a comment, where one may be written. */
  readonly form: ReactNode;
}) {
  const audit = new URLSearchParams({ type: 'source', target: sourceId });
  return (
    <Section
      title="Timeline"
      isFlush
      aside={
        <Link href={`/audit?${audit}`} className="link">
          The whole audit log
        </Link>
      }
    >
      {form}
      <ol aria-label="Timeline">
        {entries.map((entry) => {
          const Icon = icons[entry.kind];
          return (
            <li key={entry.key} className="flex gap-3 border-b px-3 py-2 last:border-b-0">
              <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-ink-3" />
              <div className="flex min-w-0 flex-1 flex-col gap-1">
                <p className="flex flex-wrap items-baseline gap-x-2 text-sm">
                  <span className="wrap-anywhere">{what(entry)}</span>
                  <span className="text-xs text-ink-3">
                    {entry.by === null ? null : `${entry.by}, `}
                    <Time at={entry.at} />
                  </span>
                </p>
                {more(entry)}
              </div>
            </li>
          );
        })}
      </ol>
    </Section>
  );
}

function what(entry: TimelineEntry): ReactNode {
  if (entry.kind === 'revision') {
    const made = entry.revision === 1 ? 'Created' : `Revision ${entry.revision}`;
    return entry.note === null ? made : `${made}: ${entry.note}`;
  }
  if (entry.kind === 'comment') return 'Comment';
  if ('run' in entry) {
    return (
      <>
        {entry.kind === 'launch' ? 'Launched ' : 'Ended: '}
        <Link href={`/runs/${entry.run.runId}`} className="link">
          <Foreign text={entry.run.name} />
        </Link>
      </>
    );
  }
  return entry.summary;
}

function more(entry: TimelineEntry): ReactNode {
  if (entry.kind === 'comment') {
    return (
      <p className="text-sm whitespace-pre-wrap text-ink wrap-anywhere">
        <Foreign text={entry.body} />
      </p>
    );
  }
  if (entry.kind === 'revision') {
    return entry.changes === null || entry.changes.length === 0 ? null : (
      <details className="text-xs text-ink-2">
        <summary className="cursor-pointer">{countOf(entry.changes.length, 'change')}</summary>
        <div className="pt-1">
          <ChangeList changes={entry.changes} />
        </div>
      </details>
    );
  }
  if ('run' in entry) {
    return entry.kind === 'end' ? (
      <span className="w-fit">
        <RunStatusBadge run={entry.run} />
      </span>
    ) : null;
  }
  if (entry.kind !== 'pause') return null;
  return entry.reason === null && entry.until === null ? null : (
    <p className="text-xs text-ink-2 wrap-anywhere">
      {entry.reason === null ? null : <Foreign text={entry.reason} />}
      {entry.until === null ? null : (
        <>
          {entry.reason === null ? 'Until ' : ', until '}
          <Time at={entry.until} />
        </>
      )}
    </p>
  );
}
