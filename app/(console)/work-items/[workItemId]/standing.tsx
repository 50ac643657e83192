/** Where an item stands: what it has been and since when, and why it is or is not running. */
import { ChevronRight } from 'lucide-react';
import { Banner } from '#app/ui/banner.tsx';
import { countOf, formatDuration } from '#app/ui/num.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import { Time } from '#app/ui/time.tsx';
import type { Stretch } from '#lib/items/timeline.ts';
import type { WaitingReason } from '#lib/items/waiting/waiting-reasons.ts';
import type { WaitingAnswer } from '#lib/items/waiting/why-waiting.ts';
import type { WorkItemStatus } from '#lib/queue/model.ts';

/** Shown of a long history: how it began, and how it came to where it is. */
const shownFirst = 1;
const shownLast = 8;

export function StatusTimeline({
  stretches,
  state,
}: {
  readonly stretches: readonly Stretch[];
  /** What the present stretch is called. */
  readonly state: string;
}) {
  const left = stretches.length - shownFirst - shownLast;
  const first = left > 0 ? stretches.slice(0, shownFirst) : stretches;
  const last = left > 0 ? stretches.slice(-shownLast) : [];
  return (
    <ol aria-label="Status timeline" className="flex flex-wrap items-center gap-x-1.5 gap-y-2">
      {first.map((stretch, at) => (
        <Step key={stretch.from} stretch={stretch} state={state} isFirst={at === 0} />
      ))}
      {left > 0 ? (
        <li className="flex items-center gap-1.5 text-xs text-ink-3">
          <Arrow />
          {countOf(left, 'change')} more
        </li>
      ) : null}
      {last.map((stretch) => (
        <Step key={stretch.from} stretch={stretch} state={state} isFirst={false} />
      ))}
    </ol>
  );
}

function Step({
  stretch,
  state,
  isFirst,
}: {
  readonly stretch: Stretch;
  readonly state: string;
  readonly isFirst: boolean;
}) {
  const { status, from, until } = stretch;
  return (
    <li className="flex items-center gap-1.5 whitespace-nowrap">
      {isFirst ? null : <Arrow />}
      <StatusBadge status={until === null ? state : status} />
      <span className="num text-xs text-ink-2">
        {until === null ? (
          <>
            since <Time at={from} />
          </>
        ) : (
          formatDuration(Date.parse(until) - Date.parse(from))
        )}
      </span>
    </li>
  );
}

const Arrow = () => <ChevronRight aria-hidden className="size-3.5 shrink-0 text-ink-3" />;

const titles: Record<WorkItemStatus, string> = {
  pending: 'Why isn’t it running?',
  in_progress: 'It is being worked on',
  completed: 'It is done',
  failed: 'It failed',
  skipped: 'It was skipped',
};

export function WhyWaiting({
  status,
  answer,
}: {
  readonly status: WorkItemStatus;
  readonly answer: WaitingAnswer;
}) {
  const [first, ...others] = answer.reasons;
  return (
    <Banner kind={kindOf(status, first)} title={titles[status]}>
      <Reason reason={first} />
      {others.length > 0 ? (
        <ul className="mt-1 list-disc pl-4">
          {others.map((reason) => (
            <li key={reason.code}>
              <Reason reason={reason} />
            </li>
          ))}
        </ul>
      ) : null}
      {answer.readyAt && others.length > 0 ? (
        <p className="mt-1">
          It can run <Time at={answer.readyAt} />.
        </p>
      ) : null}
    </Banner>
  );
}

function Reason({ reason }: { readonly reason: WaitingReason }) {
  return (
    <p>
      {reason.sentence}{' '}
      {reason.until ? (
        <span className="text-ink-3">
          Until <Time at={reason.until} />.
        </span>
      ) : null}{' '}
      {reason.change ? <span className="text-ink-3">{reason.change}</span> : null}
    </p>
  );
}

/** Reasons that need nobody's attention. */
const calm: ReadonlySet<WaitingReason['code']> = new Set([
  'completed',
  'skipped',
  'running',
  'queued',
  'polite_slot',
]);

function kindOf(status: WorkItemStatus, first: WaitingReason) {
  if (status === 'failed') return 'failed';
  return calm.has(first.code) ? 'info' : 'warn';
}
