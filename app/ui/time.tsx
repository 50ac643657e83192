'use client';
/** Time: relative in the text, exact UTC and local time on hover. */
import { useNow } from './clock.tsx';
import { None } from './key-value.tsx';
import { formatRelative, formatUtc } from './relative-time.ts';

export function Time({
  at,
  absent = 'never',
  className,
}: {
  readonly at: string | null;
  /** Said when there is no time. */
  readonly absent?: string;
  readonly className?: string;
}) {
  if (at === null) return <None word={absent} />;
  return <TimeOf at={at} {...(className ? { className } : {})} />;
}

function TimeOf({ at, className }: { readonly at: string; readonly className?: string }) {
  const now = useNow();
  return (
    <time
      dateTime={at}
      // The browser's zone is unknown to the server.
      suppressHydrationWarning
      title={`${formatUtc(at)}\n${localTime(at)}`}
      className={`num whitespace-nowrap ${className ?? ''}`}
    >
      {formatRelative(at, now)}
    </time>
  );
}

function localTime(at: string): string {
  return typeof window === 'undefined'
    ? ''
    : new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}
