/** StatusTimeline: what the item has been, for how long, and since when it is what it is. */
import { ChevronRight } from 'lucide-react';
import { countOf, formatDuration } from '#app/ui/num.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import { Time } from '#app/ui/time.tsx';
import type { Stretch } from '#lib/items/timeline.ts';

/** Shown of a long history: how it began, and how it came to where it is. */
const shownFirst = 1;
const shownLast = 8;

export function StatusTimeline({ stretches }: { readonly stretches: readonly Stretch[] }) {
  const left = stretches.length - shownFirst - shownLast;
  const first = left > 0 ? stretches.slice(0, shownFirst) : stretches;
  const last = left > 0 ? stretches.slice(-shownLast) : [];
  return (
    <ol aria-label="Status timeline" className="flex flex-wrap items-center gap-x-1.5 gap-y-2">
      {first.map((stretch, at) => (
        <Step key={stretch.from} stretch={stretch} isFirst={at === 0} />
      ))}
      {left > 0 ? (
        <li className="flex items-center gap-1.5 text-xs text-ink-3">
          <Arrow />
          {countOf(left, 'change')} more
        </li>
      ) : null}
      {last.map((stretch) => (
        <Step key={stretch.from} stretch={stretch} isFirst={false} />
      ))}
    </ol>
  );
}

function Step({ stretch, isFirst }: { readonly stretch: Stretch; readonly isFirst: boolean }) {
  const { status, from, until } = stretch;
  return (
    <li className="flex items-center gap-1.5 whitespace-nowrap">
      {isFirst ? null : <Arrow />}
      <StatusBadge status={status} />
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
